/** Tests of the failure of a request. */
import { expect, test } from "vitest";
import { RemoteError } from "../../src/remote/remote-error.ts";
import { decodeError, encodeError } from "../../src/workers/error-data.ts";

test("keeps its facts across threads, and has none that are not known", () => {
  const full = new RemoteError("reward: full", { retryable: true, retryAfter: 2000, status: 503 }, { cause: new Error("why") });
  const crossed = decodeError(structuredClone(encodeError(full)));
  expect(crossed).toMatchObject({ name: "RemoteError", message: "reward: full", retryable: true, retryAfter: 2000, status: 503 });
  expect(Object.keys(new RemoteError("no", { retryable: false, retryAfter: undefined })).toSorted()).toEqual(["name", "retryable"]);
});
