/** Which checkpoints stay in a folder, and from which one a run resumes. */
import { mkdtempSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { beginning, writeCheckpoint } from "../../../src/training/checkpoints/checkpoint.ts";
import { checkpointsIn, newestCheckpoint, pruneCheckpoints } from "../../../src/training/checkpoints/checkpoint-folder.ts";
import { checkpointName } from "../../../src/training/checkpoints/checkpoint.ts";
import { recipe } from "../../fixtures/recipes.ts";

const values = recipe();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-checkpoints-"));
});

const write = async (...steps: readonly number[]): Promise<void> => {
  for (const step of steps) await writeCheckpoint(folder, values, { ...beginning(values), step });
};
const steps = async (): Promise<number[]> => (await checkpointsIn(folder)).map(({ step }) => step);

describe("a folder of checkpoints", () => {
  test("has them from the newest on, and nothing else", async () => {
    await write(9, 100_000_000, 12);
    writeFileSync(join(folder, ".checkpoint-00000013.safetensors.17.part"), "half");
    writeFileSync(join(folder, "model.safetensors"), "other");
    expect(await steps()).toEqual([100_000_000, 12, 9]);
    expect(await checkpointsIn(join(folder, "nowhere"))).toEqual([]);
    expect(await newestCheckpoint(join(folder, "nowhere"), values)).toEqual({ found: undefined, damaged: [] });
  });

  test("keeps the newest, the best, and every so many for good", async () => {
    const all = [10, 20, 30, 40, 50, 60];
    for (const [settings, best, left] of [
      [{ last: 2, best: false, keepEvery: 0 }, 10, [60, 50]],
      [{ last: 1, best: true, keepEvery: 0 }, 30, [60, 30]],
      [{ last: 1, best: true, keepEvery: 20 }, undefined, [60, 40, 20]],
      [{ last: 0, best: true, keepEvery: 0 }, 10, [10]],
      [{ last: 0, best: false, keepEvery: 0 }, 10, []],
    ] as const) {
      await write(...all);
      writeFileSync(join(folder, "notes.txt"), "mine");
      await pruneCheckpoints(folder, settings, best);
      expect(await steps()).toEqual(left);
      expect(readdirSync(folder)).toContain("notes.txt");
    }
  });

  test("resumes from the one before when the newest is damaged, and sets the damaged one aside", async () => {
    await write(3, 4, 5);
    truncateSync(join(folder, checkpointName(5)), 600);
    truncateSync(join(folder, checkpointName(4)), 0);
    const { found, damaged } = await newestCheckpoint(folder, values);
    expect(found).toMatchObject({ path: join(folder, checkpointName(3)), progress: { step: 3 } });
    expect(damaged.map((message) => message.replace(folder, ""))).toEqual([
      expect.stringContaining(`/${checkpointName(5)}: the checkpoint is damaged`),
      expect.stringContaining(`/${checkpointName(4)}: the checkpoint is damaged`),
    ]);
    expect(readdirSync(folder).toSorted()).toEqual([3, 4, 5].map((step) => `${checkpointName(step)}${step === 3 ? "" : ".damaged"}`));
    expect(await newestCheckpoint(folder, values)).toMatchObject({ found, damaged: [] });
  });

  test("refuses one of another experiment instead of passing it over", async () => {
    await write(3);
    await writeCheckpoint(folder, { ...values, seed: 77 }, { ...beginning(values), step: 4 });
    await expect(newestCheckpoint(folder, values)).rejects.toThrow("belongs to another experiment");
  });
});
