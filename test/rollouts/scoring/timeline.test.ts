/** Tests of the timeline of a step. */
import { expect, test } from "vitest";
import { Timeline } from "../../../src/rollouts/scoring/timeline.ts";

test("gives each span once, in order of start", () => {
  const timeline = new Timeline();
  const span = (lane: string, start: number) => ({ lane, slot: 0, start, end: start + 5, count: 1 });
  timeline.add(span("b", 2));
  timeline.add(span("a", 1));
  expect(timeline.take().map(({ lane }) => lane)).toEqual(["a", "b"]);
  timeline.add(span("c", 0));
  expect(timeline.take()).toEqual([span("c", 0)]);
  expect(timeline.take()).toEqual([]);
});

test("times work, also work that fails", async () => {
  const timeline = new Timeline();
  expect(await timeline.during("update", 8, () => new Promise((resolve) => setTimeout(() => resolve("done"), 20)))).toBe("done");
  await expect(timeline.during("publish", 0, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  const [update, publish] = timeline.take();
  expect(update).toMatchObject({ lane: "update", slot: 0, count: 8 });
  expect(update!.end - update!.start).toBeGreaterThan(18);
  expect(publish).toMatchObject({ lane: "publish", count: 0 });
});
