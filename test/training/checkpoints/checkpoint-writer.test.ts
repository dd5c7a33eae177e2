/** When a run writes a checkpoint. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { beginning, type BestEvaluation } from "../../../src/training/checkpoints/checkpoint.ts";
import { checkpointsIn } from "../../../src/training/checkpoints/checkpoint-folder.ts";
import { checkpointWriter } from "../../../src/training/checkpoints/checkpoint-writer.ts";
import type { CheckpointSettings } from "../../../src/training/recipe/checkpoint-settings.ts";
import { recipe } from "../../fixtures/recipes.ts";

const opened = (settings: Partial<CheckpointSettings>) => {
  const folder = mkdtempSync(join(tmpdir(), "retort-writer-"));
  const { training, ...rest } = recipe();
  const values = { ...rest, training: { ...training, checkpoints: { ...training.checkpoints, ...settings } } };
  const clock = { now: 0 };
  const secured: number[] = [];
  const request = { asked: false };
  const writer = checkpointWriter(folder, values, {
    secure: () => void secured.push(clock.now),
    asked: () => request.asked,
    now: () => clock.now,
  });
  const write = (step: number, best?: number) =>
    writer.write({
      ...beginning(values),
      step,
      host: { ...beginning(values).host, best: best === undefined ? null : { step: best, metric: "accuracy", value: 1 } },
    });
  return { folder, writer, clock, request, secured, write };
};
const due = ({ writer }: ReturnType<typeof opened>, steps: number, best: BestEvaluation | null = null): number[] =>
  Array.from({ length: steps }, (_, i) => i + 1).filter((step) => writer.isDue(step, { best }));

describe("a checkpoint is due", () => {
  test("when somebody asks for one", () => {
    const { writer, request } = opened({});
    expect(writer.isDue(1, { best: null })).toBe(false);
    request.asked = true;
    expect(writer.isDue(2, { best: null })).toBe(true);
  });

  test("every so many steps, and where one is kept for good", () => {
    expect(due(opened({}), 12)).toEqual([]);
    expect(due(opened({ every: 5 }), 12)).toEqual([5, 10]);
    expect(due(opened({ every: 5, keepEvery: 6 }), 12)).toEqual([5, 6, 10, 12]);
  });

  test("when the student has never been as good, if the best one is kept", () => {
    const best = { step: 7, metric: "accuracy", value: 0.5 };
    expect(due(opened({ best: true }), 12, best)).toEqual([7]);
    expect(due(opened({ best: false }), 12, best)).toEqual([]);
  });

  test("after so many minutes since the last", async () => {
    const run = opened({ minutes: 2 });
    run.clock.now = 119_999;
    expect(due(run, 1)).toEqual([]);
    run.clock.now = 120_000;
    expect(due(run, 1)).toEqual([1]);
    await run.write(1);
    expect(due(run, 2)).toEqual([]);
    run.clock.now = 240_000;
    expect(due(run, 2)).toEqual([1, 2]);
  });
});

test("what was reported is safe before a checkpoint is written, and old ones go", async () => {
  const run = opened({ last: 1, best: true });
  for (const step of [1, 2, 3]) {
    run.clock.now = step;
    await run.write(step, 2);
  }
  expect(run.secured).toEqual([1, 2, 3]);
  expect((await checkpointsIn(run.folder)).map(({ step }) => step)).toEqual([3, 2]);
});
