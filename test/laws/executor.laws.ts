/** What holds for every executor: each trial is done once, what was stopped resumes, and results do not tell who ran them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../src/sweeps/executors/executor.ts";
import { tinySweep, type TinySweep } from "../fixtures/tiny-sweep.ts";

const grid = { axes: { "/objective/alpha": [0.2, 0.8] } };

/** Holds an executor to them. */
export const executorLaws = (name: string, executor: () => Executor): void => {
  describe(`the executor ${name}`, () => {
    let sweep: TinySweep;
    beforeAll(async () => {
      sweep = await tinySweep(grid);
    });
    afterAll(() => sweep.remove());

    test("does nothing when it was told to stop before", async () => {
      await executor().run(await sweep.work({ signal: AbortSignal.abort() }));
      expect((await sweep.work()).trials).toHaveLength(2);
    });

    test("pauses where it is asked to", async () => {
      await executor().run(await sweep.work({ pauseAt: 2 }));
      expect(await sweep.attempts()).toEqual([
        ["paused", 1],
        ["paused", 1],
      ]);
    });

    test("has each trial done, resumed from its pause", async () => {
      await executor().run(await sweep.work());
      expect(await sweep.attempts()).toEqual([
        ["done", 2],
        ["done", 2],
      ]);
      // One of them, never paused, tells what both are.
      const alone = await tinySweep({ axes: { "/objective/alpha": [0.8] } });
      await executor().run(await alone.work());
      expect((await sweep.results()).slice(1)).toEqual(await alone.results());
      alone.remove();
    });

    test("does not do again what is done", async () => {
      const work = await sweep.work();
      await executor().run({ ...work, trials: work.sweep.trials });
      expect(await sweep.attempts()).toEqual([
        ["done", 2],
        ["done", 2],
      ]);
    });
  });
};
