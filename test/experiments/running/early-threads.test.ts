/** Which threads a file that is not checked yet has started. */
import { afterEach, expect, test } from "vitest";
import { startEarlyThreads } from "../../../src/experiments/running/early-threads.ts";
import type { Json } from "../../../src/files/json.ts";
import { IdleThreads } from "../../../src/workers/idle-threads.ts";
import { openThreads, startedThreads, threadsEnded } from "../../fixtures/threads.ts";

let idle = new IdleThreads();
afterEach(async () => {
  await idle.close();
  await threadsEnded();
  idle = new IdleThreads();
});

const started = async (file: Json): Promise<number> => {
  const before = startedThreads();
  await startEarlyThreads(idle, file, 2);
  return startedThreads() - before;
};

test("learner and samplers always, teacher and rewards where the file has them", async () => {
  expect(await started({ engine: "onnx" })).toBe(3);
  await idle.close();
  idle = new IdleThreads();
  expect(await started({ engine: "onnx", teacher: { stage: "a" }, rewards: [{ type: "exact-match" }] })).toBe(5);
  expect(await started({ engine: "onnx", teacher: { stage: "a" }, rewards: [] })).toBe(0);
});

test("none for what is no experiment, and none where a user's code will run", async () => {
  for (const file of [null, 1, "a", [], { rewards: [{ module: "own.ts" }] }] as readonly Json[]) expect(await started(file)).toBe(0);
  expect(openThreads()).toBe(0);
});

test("a precision that the engine does not have starts nothing", async () => {
  await expect(startEarlyThreads(idle, { engine: "onnx", precision: "bfloat16" }, 1)).rejects.toThrow(
    "expected float32 with the engine onnx",
  );
  expect(openThreads()).toBe(0);
});
