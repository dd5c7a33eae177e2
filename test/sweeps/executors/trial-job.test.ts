/** Tests of the jobs of trials. */
import { dirname } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Work } from "../../../src/sweeps/executors/executor.ts";
import { jobName, queueName, readTrialJob, type TrialJob } from "../../../src/sweeps/executors/trial-job.ts";
import { tinySweep, type TinySweep } from "../../fixtures/tiny-sweep.ts";

let sweep: TinySweep;
let work: Work;
let out: string;
let jobs: TrialJob[];
beforeAll(async () => {
  sweep = await tinySweep({ axes: { "/seed": [0, 1] } });
  work = await sweep.work();
  out = dirname(work.folder);
  jobs = work.trials.map(({ id }) => ({ folder: work.folder, id }));
});
afterAll(() => sweep.remove());

test("a job names its trial where it lies", () => {
  expect(readTrialJob(jobs[1], out)).toEqual({ folder: work.folder, sweep: work.sweep, trial: work.trials[1] });
  expect(readTrialJob({ ...jobs[1], pauseAt: 3 }, out)).toMatchObject({ trial: work.trials[1], pauseAt: 3 });
});

test("jobs have the same name exactly if they ask for the same, and queues if their folder is the same", () => {
  const names = [jobName(jobs[0]!), jobName(jobs[1]!), jobName({ ...jobs[0]!, folder: "/elsewhere" }), jobName({ ...jobs[0]! })];
  names.push(jobName({ ...jobs[0]!, pauseAt: 2 }), jobName({ ...jobs[0]!, pauseAt: 4 }));
  expect(new Set(names).size).toBe(5);
  expect(names[3]).toBe(names[0]);
  expect(queueName("/runs")).not.toBe(queueName("/other"));
});

test.each<[string, (job: TrialJob) => unknown, RegExp]>([
  ["nothing", () => undefined, /^job: expected an object/u],
  ["a relative folder", (job) => ({ ...job, folder: "runs/tiny" }), /^job: expected the folder of a sweep in /u],
  ["a folder elsewhere", (job) => ({ ...job, folder: "/tmp" }), /^job: expected the folder of a sweep in /u],
  ["a way out of the folder", (job) => ({ ...job, folder: `${job.folder}/../../tiny` }), /^job: expected the folder of a sweep in /u],
  ["a folder without a plan", (job) => ({ ...job, folder: `${job.folder}-2` }), /expected the plan of a sweep/u],
  ["an id of no trial", (job) => ({ ...job, id: "0".repeat(64) }), /expected the id of one of its 2 trials/u],
  ["a path as id", (job) => ({ ...job, id: "../../etc" }), /^job: \/id: /u],
  ["a pause before the first step", (job) => ({ ...job, pauseAt: 0 }), /^job: \/pauseAt: /u],
  ["another key", (job) => ({ ...job, command: "rm" }), /^job: \/command: unknown key/u],
])("%s is refused", (_name, change, message) => {
  expect(() => readTrialJob(change(jobs[0]!), out)).toThrow(message);
});
