/** Stages that several runs want at once are made once each. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { stageStoreIn } from "../../../src/experiments/stage-store/stage-store.ts";
import { lockFolder, isLock } from "../../../src/runs/folder/lock.ts";
import { makeStages } from "../../../src/experiments/running/make-stages.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { machineFor } from "../../../src/experiments/running/planned-recipe.ts";
import type { RunEvent } from "../../../src/experiments/running/run-event.ts";

const [run] = planExperiment("test/fixtures/experiments/small.yaml") as [ReturnType<typeof planExperiment>[number]];
let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "retort-stages-"));
});

const make = async (
  signal: AbortSignal = new AbortController().signal,
  see: (event: RunEvent) => void = () => undefined,
): Promise<string[]> => {
  const outline: string[] = [];
  const emit = (event: RunEvent): void => {
    if (event.kind !== "report") outline.push(`${event.kind} ${event.training.stage}`);
    see(event);
  };
  await makeStages(run, {
    stageStore: stageStoreIn(join(cache, "stages")),
    cache,
    machine: await machineFor({ engine: "onnx" }),
    signal,
    emit,
  });
  return outline;
};

test("two that want the same ones make each once, and the other meanwhile", async () => {
  const [a, b] = await Promise.all([make(), make()]);
  const both = [...a, ...b];
  for (const name of ["start", "teacher"]) {
    expect(both.filter((event) => event === `begin ${name}`)).toHaveLength(1);
    expect(both.filter((event) => event === `end ${name}`)).toHaveLength(1);
  }
  expect(both.filter((event) => event.startsWith("wait"))).not.toEqual([]);
  expect(readdirSync(join(cache, "stages"))).toHaveLength(2);
  expect(readdirSync(join(cache, "unfinished"))).toEqual([]);
  expect(await make()).toEqual(["reuse start", "reuse teacher"]);
});

test("one that is pruned while another is made is made again", async () => {
  await make();
  const [start, teacher] = ["start", "teacher"].map((name) =>
    stageStoreIn(join(cache, "stages")).folder(run.stages.find((one) => one.name === name)!.id),
  );
  rmSync(teacher!, { recursive: true });
  const outline = await make(undefined, (event) => {
    if (event.kind === "begin") rmSync(start!, { recursive: true, force: true });
  });
  expect(outline).toEqual(["reuse start", "begin teacher", "end teacher", "begin start", "end start"]);
  for (const folder of [start!, teacher!]) expect(existsSync(folder)).toBe(true);
});

test("one that another process makes is waited for, and made when that one gives it up", async () => {
  const teacher = run.stages.find(({ name }) => name === "teacher")!;
  const work = join(cache, "unfinished", teacher.id);
  mkdirSync(work, { recursive: true });
  const claimed = await lockFolder(work);
  if (!isLock(claimed)) throw new Error("expected a claim");
  const outline = await make(undefined, (event) => {
    if (event.kind === "wait") void claimed.release();
  });
  expect(outline.filter((event) => !event.startsWith("wait"))).toEqual(["begin start", "end start", "begin teacher", "end teacher"]);
  expect(outline).toContain("wait teacher");
});

test("waiting ends with the signal's reason", async () => {
  for (const { id } of run.stages) {
    mkdirSync(join(cache, "unfinished", id), { recursive: true });
    await lockFolder(join(cache, "unfinished", id));
  }
  const controller = new AbortController();
  const waiting = make(controller.signal, (event) => {
    if (event.kind === "wait") controller.abort(new Error("enough"));
  });
  await expect(waiting).rejects.toThrow("enough");
  expect(existsSync(join(cache, "stages"))).toBe(false);
});
