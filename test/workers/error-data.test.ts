/** Tests of errors that cross between threads. */
import { describe, expect, test } from "vitest";
import { decodeError, encodeError, factsOf } from "../../src/workers/error-data.ts";

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

describe("facts", () => {
  test("texts, numbers and truth values of an error's own cross with it and its causes, and nothing else", () => {
    const cause = Object.assign(new RangeError("middle"), { code: "EFULL", name: "Full" });
    const error = Object.assign(new Error("top", { cause }), { retryable: false, retryAfter: 1500, deep: { a: 1 }, no: undefined });
    const crossed = cross(error);
    expect(Object.entries(crossed)).toEqual([
      ["retryable", false],
      ["retryAfter", 1500],
    ]);
    expect([crossed.message, (crossed.cause as Error).name]).toEqual(["top", "Full"]);
    expect(Object.entries(crossed.cause as Error)).toEqual([["code", "EFULL"]]);
  });

  test("a property that is called like a text of the error does not become one", () => {
    expect(factsOf(Object.assign(new Error("real"), { stack: "forged", ok: true }))).toEqual({ ok: true });
    expect(factsOf({ retryable: false })).toEqual({});
  });

  test("no more than 16", () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, k) => [`fact${k}`, k]));
    expect(Object.keys(cross(Object.assign(new Error("many"), many)))).toHaveLength(16);
  });
});
