/** Tests of driving with successive halving: a real sweep, whose trials wait for one another. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../../src/sweeps/executors/local.ts";
import type { TrialState } from "../../../src/sweeps/driving/drive.ts";
import { driveSweep } from "../../../src/sweeps/driving/drive-rungs.ts";
import { evaluationAt } from "../../../src/sweeps/planning/evaluation-at.ts";
import { survivors } from "../../../src/sweeps/planning/survivors.ts";
import { tinySweep, type TinySweep } from "../../fixtures/tiny-sweep.ts";

const axes = { "/training/optimizer/learningRate": [0.1, 0.5, 0.9], "/evaluation/every": [2], "/evaluation/temperature": [1] };
const halving = { rungs: [2], keep: 0.5, metric: "length", direction: "minimize", over: ["/seed"] } as const;

let sweep: TinySweep;
beforeAll(async () => {
  sweep = await tinySweep({ axes });
});
afterAll(() => sweep.remove());

const said = (all: readonly TrialState[]): string[] =>
  all.map(({ progress, stopped }) => `${stopped === true ? "stopped" : progress.status} at ${progress.step}`);

test("the worse ones stop at the rung, the others continue; a later driver does nothing again; without halving all come to their end", async () => {
  const work = await sweep.work();
  const notes: string[] = [];
  const options = { ...work, executor: local(2), show: () => undefined, note: (text: string) => void notes.push(text) };
  const values = { ...halving, rungs: [...halving.rungs], over: [...halving.over] };
  const all = await driveSweep(work, values, options);
  const contenders = await Promise.all(
    all.map(async ({ trial, folder }) => ({ ...trial, score: await evaluationAt(folder, 2, "length") })),
  );
  expect(contenders.every(({ score }) => score !== undefined)).toBe(true);
  const on = survivors(contenders, values);
  expect(on.size).toBe(2);
  expect(said(all)).toEqual(all.map(({ trial }) => (on.has(trial.id) ? "done at 4" : "stopped at 2")));
  expect(notes).toEqual(["rung at step 2: 2 of 3 trials continue"]);
  const attempts = await sweep.attempts();
  expect(said(await driveSweep(work, values, options))).toEqual(said(all));
  expect(await sweep.attempts()).toEqual(attempts);
  expect(said(await driveSweep(work, undefined, options))).toEqual(["done at 4", "done at 4", "done at 4"]);
});

test("where trials could not be brought to the rung nothing is decided", async () => {
  const work = await sweep.work();
  const ended = AbortSignal.abort();
  const other = await tinySweep({ axes });
  try {
    const none = await other.work();
    const all = await driveSweep(
      none,
      { ...halving, rungs: [2], over: [] },
      { ...work, ...none, executor: local(1), signal: ended, show: () => undefined },
    );
    expect(said(all)).toEqual(["waiting at 0", "waiting at 0", "waiting at 0"]);
  } finally {
    other.remove();
  }
});
