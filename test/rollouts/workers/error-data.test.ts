/** Tests of errors that cross between threads. */
import { describe, expect, test } from "vitest";
import { decodeError, encodeError } from "../../../src/rollouts/workers/error-data.ts";

const cross = (thrown: unknown): Error => decodeError(structuredClone(encodeError(thrown)));

describe("an error that crosses", () => {
  test.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
    "%o keeps its class, message and stack",
    (Class) => {
      const error = new Class("the message");
      const crossed = cross(error);
      expect(crossed).toBeInstanceOf(Class);
      expect(crossed.constructor).toBe(Class);
      expect(crossed).toEqual(error);
      expect(crossed.stack).toBe(error.stack);
      expect(Object.keys(crossed)).toEqual([]);
    },
  );

  test("of another class becomes an Error with its name", () => {
    const crossed = cross(new DOMException("too slow", "TimeoutError"));
    expect([crossed.constructor, crossed.name, crossed.message]).toEqual([Error, "TimeoutError", "too slow"]);
    expect(String(cross(Object.assign(new Error("odd"), { name: "toString" })))).toBe("toString: odd");
  });

  test("keeps its causes, also what is no error, and ends a circle of causes", () => {
    const crossed = cross(new Error("top", { cause: new TypeError("middle", { cause: { code: 5 } }) }));
    expect(crossed.cause).toBeInstanceOf(TypeError);
    expect((crossed.cause as Error).cause).toEqual(new Error("{ code: 5 }"));
    const circle: Error = new Error("circle");
    circle.cause = circle;
    expect(cross(circle).message).toBe("circle");
    expect("cause" in cross(new Error("alone"))).toBe(false);
  });

  test("what is no error is shown", () => {
    expect(cross("text").message).toBe("expected an Error to be thrown, got 'text'");
    expect(cross(undefined).message).toBe("expected an Error to be thrown, got undefined");
  });
});
