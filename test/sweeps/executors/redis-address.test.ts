/** Tests of the addresses of queues. */
import { expect, test } from "vitest";
import { redisAddress } from "../../../src/sweeps/executors/redis-address.ts";

test.each([
  ["redis://127.0.0.1:6379", "redis://127.0.0.1:6379"],
  ["rediss://name:secret@queue.example:6380/2", "rediss://queue.example:6380/2"],
  ["redis://:secret@[::1]", "redis://[::1]"],
])("%s is shown without its password", (text, shown) => {
  expect(redisAddress(text)).toEqual({ url: text, shown });
});

test.each([
  "127.0.0.1:6379",
  "http://:secret@127.0.0.1",
  "redis://",
  "redis:///0",
  "redis://:secret@host/db",
  "redis://host?password=secret",
  "redis://host#secret",
  "",
])("%j is refused, and not quoted", (text) => {
  const refused = () => redisAddress(text);
  expect(refused).toThrow(RangeError);
  expect(refused).toThrow(/^--redis: expected an address such as (?!.*secret)/u);
});
