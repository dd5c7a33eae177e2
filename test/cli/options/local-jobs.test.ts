/** Tests of how many trials run at once. */
import { expect, test } from "vitest";
import { localJobs } from "../../../src/cli/options/local-jobs.ts";
import { recorder } from "../recorder.ts";

const mebibyte = 2 ** 20;

const jobs = (threads: number, largest: number, room: { cores: number; memory: number }) => {
  const { terminal, errors } = recorder();
  return [localJobs(threads, () => largest * mebibyte, terminal, { ...room, memory: room.memory * mebibyte }), errors()];
};

test("cores bound them where there is memory for all, and nothing is said", () => {
  expect(jobs(1, 300, { cores: 8, memory: 2400 })).toEqual([8, ""]);
  expect(jobs(3, 300, { cores: 8, memory: 2400 })).toEqual([2, ""]);
});

test("memory bounds them, but for one, and that is said", () => {
  const text = "trials at once: 7 instead of 8, as each is estimated to take 300 MiB, and 2,399 MiB are available; --jobs overrides this\n";
  expect(jobs(1, 300, { cores: 8, memory: 2399 })).toEqual([7, text]);
  expect(jobs(1, 3000, { cores: 8, memory: 2399 })[0]).toBe(1);
});

test("where there is one at most, no estimate is made", () => {
  const { terminal } = recorder();
  const never = (): number => {
    throw new Error("an estimate was made");
  };
  expect(localJobs(4, never, terminal, { cores: 4, memory: mebibyte })).toBe(1);
});
