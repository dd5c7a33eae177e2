/** Tests of event files as a whole; that TensorBoard reads them is checked by test/fixtures/tensorboard_check.py. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { tensorboard } from "../../../src/results/exporters/tensorboard.ts";
import { readRuns, type FoundRun } from "../../../src/runs/reading/read-runs.ts";
import { mixedIn, writeMixedRuns } from "../../fixtures/mixed-runs.ts";
import { exportedRuns } from "../../fixtures/exported-runs.ts";
import { fieldsOf, recordsOf, type Fields } from "../../fixtures/event-records.ts";
import { exporterLaws } from "../../laws/exporter.laws.ts";

const target = (): string => join(mkdtempSync(join(tmpdir(), "retort-tensorboard-")), "new");
const filesIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith("events.out.tfevents."));
const eventsIn = (folder: string): Fields[] =>
  filesIn(folder).flatMap((name) => recordsOf(readFileSync(join(folder, name))).map((event) => fieldsOf(event)));

exporterLaws(tensorboard, {
  target,
  kept: Math.fround,
  read: async (folder, run) =>
    eventsIn(join(folder, "sweep", basename(run.folder))).flatMap((event) => {
      const values = event.has(5) ? fieldsOf(event.get(5)![0] as Buffer).get(1)! : [];
      return values.flatMap((bytes) => {
        const value = fieldsOf(bytes as Buffer);
        if (!value.has(2)) return [];
        return [[event.get(2)![0] as number, String(value.get(1)![0]), (value.get(2)![0] as Buffer).readFloatLE()] as const];
      });
    }),
});

test("the files are those that TensorBoard 2.21.0 read", async () => {
  const folder = target();
  const [run] = exportedRuns();
  await tensorboard.send({ runs: [run!], target: folder, signal: new AbortController().signal, exported: () => undefined });
  expect(filesIn(folder)).toEqual(["events.out.tfevents.0.retort"]);
  const own = join(folder, "sweep", basename(run!.folder));
  expect(filesIn(own)).toEqual(["events.out.tfevents.1767225600.retort"]);
  const times = eventsIn(own).map((event) => (event.get(1)![0] as Buffer).readDoubleLE() - 1_767_225_600);
  expect(times.map((time) => Number(time.toFixed(3)))).toEqual([0, 0, 1, 1.5, 1.5, 0]);
  const hash = createHash("sha256").update(readFileSync(join(own, filesIn(own)[0]!)));
  expect(hash.update(readFileSync(join(folder, filesIn(folder)[0]!))).digest("hex")).toBe(
    "e08241c766c76ddd35e0fcdeddd295739a17789ec1981bed9dbafd702be86e0a",
  );
});

/** Texts of an event file, as they lie in its bytes. */
const textIn = (folder: string): string =>
  filesIn(folder)
    .map((name) => readFileSync(join(folder, name)).toString("latin1"))
    .join("");

test("runs of one id and another code are rows of their own, with the hashes of their files; runs of one name are refused", async () => {
  const { runs } = readRuns(writeMixedRuns(mkdtempSync(join(tmpdir(), "retort-tensorboard-"))));
  const folder = target();
  const send = (chosen: readonly FoundRun[]) =>
    tensorboard.send({ runs: chosen, target: folder, signal: new AbortController().signal, exported: () => undefined });
  await send(runs);
  for (const run of runs) {
    const text = textIn(join(folder, "mixed", basename(run.folder)));
    expect(text).toContain(`${run.record.id} mixed ${basename(run.folder)}`);
    for (const [name, hash] of Object.entries(run.record.files!))
      expect(text).toMatch(new RegExp(`file ${name}[^]{1,8}${hash.slice(0, 8)}`, "u"));
  }
  for (const name of Object.keys(mixedIn)) expect(textIn(folder)).toContain(name);
  await expect(send([runs[0]!, { ...runs[1]!, folder: join("elsewhere", basename(runs[0]!.folder)) }])).rejects.toThrow(
    "of different names",
  );
});
