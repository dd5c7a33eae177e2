/** Threads that are started one by one end together, also when one of them has failed. */
import { expect, test } from "vitest";
import type { TeacherHandlers } from "../../../src/teachers/teacher-worker.ts";
import { ThreadGroup } from "../../../src/training/threads/thread-group.ts";
import { openThreads, threadsEnded } from "../../fixtures/threads.ts";

test("closing ends every thread that was started", async () => {
  const threads = new ThreadGroup();
  const url = new URL("../../../src/teachers/teacher-worker.ts", import.meta.url);
  const [first] = ["one", "two"].map((name) => threads.start<TeacherHandlers>(url, name));
  await expect(first!.call("score", [])).rejects.toThrow("expected a call of open before any other");
  expect(openThreads()).toBe(2);
  await threads.close();
  await threadsEnded();
  expect(openThreads()).toBe(0);
});
