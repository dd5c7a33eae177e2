/** Tests of event files as a whole; that TensorBoard reads them is checked by test/fixtures/tensorboard_check.py. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { tensorboard } from "../../../src/results/exporters/tensorboard.ts";
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
    "e730713a69813fcb6fdd6e59027fe075548c83a44d1f97d1e373e58cf81533d2",
  );
});
