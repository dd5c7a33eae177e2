/** Tests of the driver: a real sweep, stopped and resumed. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../../src/sweeps/executors/local.ts";
import { drive, trialStates, type TrialState } from "../../../src/sweeps/driving/drive.ts";
import { tinySweep, type TinySweep } from "../../fixtures/tiny-sweep.ts";

let sweep: TinySweep;
beforeAll(async () => {
  // Long enough that the second is not done before the driver has seen that the first is.
  sweep = await tinySweep({ axes: { "/seed": [0, 1] } }, 600);
});
afterAll(() => sweep.remove());

const statusesOf = (all: readonly TrialState[]): string[] => all.map(({ progress }) => progress.status);

test("a sweep that is stopped resumes, and reports the progress of its trials", async () => {
  const work = await sweep.work();
  const stop = new AbortController();
  const changes: string[] = [];
  const options = {
    ...work,
    executor: local(1),
    signal: stop.signal,
    show: (all: readonly TrialState[], changed: readonly TrialState[]) => {
      changes.push(...statusesOf(changed));
      if (all.some(({ progress }) => progress.status === "done")) stop.abort();
    },
  };
  const stopped = await drive(work, options);
  expect(statusesOf(stopped)).toContain("done");
  expect(statusesOf(stopped)).not.toEqual(["done", "done"]);
  expect(changes).toContain("running");
  const shown: string[][] = [];
  const done = await drive(work, { ...options, signal: new AbortController().signal, show: (all) => shown.push(statusesOf(all)) });
  expect(statusesOf(done)).toEqual(["done", "done"]);
  expect(shown[0]).toEqual(statusesOf(stopped));
  expect(await trialStates(work)).toEqual(done);
});
