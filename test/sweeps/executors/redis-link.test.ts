/** Tests of connections to a Redis that is not there; those to one that goes and comes back are in bullmq.test.ts. */
import { expect, test } from "vitest";
import { openRedis } from "../../../src/sweeps/executors/redis-link.ts";

const nowhere = { url: "redis://:secret@127.0.0.1:1", shown: "redis://127.0.0.1:1" };

test("a Redis that is not there is said once, without its password, and is not asked", async () => {
  const notes: string[] = [];
  const link = openRedis(nowhere, (text) => notes.push(text));
  while (notes.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  link.failed(new Error("again"));
  let asked = false;
  expect(await link.ask(async () => (asked = true))).toBeUndefined();
  expect(asked).toBe(false);
  expect(notes).toEqual([expect.stringMatching(/^Redis at redis:\/\/127\.0\.0\.1:1: .*ECONNREFUSED.*; trying again$/u)]);
  link.close();
});

test("tries to connect come at seconds' distance, further and further apart, up to a quarter of a minute", () => {
  const link = openRedis(nowhere, () => undefined);
  const waits = Array.from({ length: 100 }, (_, i) => link.client.options.retryStrategy?.(i + 1));
  expect(waits.slice(0, 5)).toEqual([1000, 2000, 4000, 8000, 15_000]);
  expect(new Set(waits.slice(5))).toEqual(new Set([15_000]));
  link.close();
});
