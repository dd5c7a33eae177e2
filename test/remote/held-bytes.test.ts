/** Tests of bytes that are held. */
import { expect, test } from "vitest";
import { HeldBytes } from "../../src/remote/held-bytes.ts";

test("what is held together is bounded; what never fits is another matter than what does not fit now", () => {
  const held = new HeldBytes(10);
  const [one, two] = [held.open(), held.open()];
  one.hold(4, "a request");
  one.hold(6, "an answer");
  expect(() => two.hold(5, "a request")).toThrow(expect.objectContaining({ status: 503, headers: { "retry-after": "1" } }) as Error);
  expect(() => two.hold(11, "a request")).toThrow(
    expect.objectContaining({ status: 400, message: "expected a request of at most 10 bytes, got 11" }) as Error,
  );
  two.hold(4, "a request");
  one.release();
  one.release();
  two.hold(10, "an answer");
});
