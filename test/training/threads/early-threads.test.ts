/** Threads that are started early are those that a training takes. */
import { expect, test } from "vitest";
import { initialState } from "../../../src/training/learner/learner-state.ts";
import { runShape } from "../../../src/training/batch/run-shape.ts";
import { startEarly } from "../../../src/training/threads/early-threads.ts";
import { openRunThreads } from "../../../src/training/threads/run-threads.ts";
import { IdleThreads } from "../../../src/workers/idle-threads.ts";
import { recipe, smallTask } from "../../fixtures/recipes.ts";
import { openThreads, startedThreads, threadsEnded } from "../../fixtures/threads.ts";

test("a training takes all of them and starts no other, and those that it does not need wait", async () => {
  const idle = new IdleThreads();
  const values = recipe();
  const { machine } = values;
  await startEarly(idle, machine, { teacher: true, rewards: true });
  const early = startedThreads();
  expect(early).toBe(3 + machine.samplers);
  const task = smallTask();
  const signal = new AbortController().signal;
  const threads = await openRunThreads(values, task, runShape(values, task), initialState(values.student.weights), signal, idle);
  expect(startedThreads()).toBe(early);
  await threads.close();
  expect(openThreads()).toBe(early);
  await startEarly(idle, machine, { teacher: true, rewards: true });
  expect(startedThreads()).toBe(early);
  await idle.close();
  await threadsEnded();
  expect(openThreads()).toBe(0);
});
