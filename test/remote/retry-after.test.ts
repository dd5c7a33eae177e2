/** Tests of the header Retry-After. */
import { expect, test } from "vitest";
import { parseRetryAfter } from "../../src/remote/retry-after.ts";

const now = Date.UTC(2026, 2, 4, 5, 6, 7);

test.each([
  ["0", 0],
  ["120", 120_000],
  [" 3 ", 3000],
  ["Wed, 04 Mar 2026 05:06:17 GMT", 10_000],
  ["Wednesday, 04-Mar-26 05:07:07 GMT", 60_000],
  ["Wed, 04 Mar 2026 05:06:06 GMT", 0],
])("%j", (header, milliseconds) => {
  expect(parseRetryAfter(header, now)).toBe(milliseconds);
});

test.each([undefined, "", "soon", "-1", "1.5", "1e3", "99999999999", "Wed, soon", ["1"], "2026-03-04"])("%j is neither", (header) => {
  expect(parseRetryAfter(header, now)).toBeUndefined();
});
