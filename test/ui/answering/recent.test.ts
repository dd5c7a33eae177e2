/** Tests of what is kept while there is room. */
import { describe, expect, test } from "vitest";
import { Recent } from "../../../src/ui/answering/recent.ts";

describe("things that were asked for last", () => {
  test("are kept, the oldest make room", () => {
    const made: string[] = [];
    const recent = new Recent({ most: 2 }, (key) => {
      made.push(key);
      return { key };
    });
    for (const key of ["a", "b", "a", "c", "a", "b"]) recent.of(key);
    expect(made).toEqual(["a", "b", "c", "b"]);
  });

  test("count by their size, as it is when they are brought up to date; the last one stays whatever its size", () => {
    const recent = new Recent({ most: 10, sizeOf: ({ size }: { size: number }) => size }, () => ({ size: 0 }));
    const [small, large] = [recent.of("small", (value) => (value.size = 4)), recent.of("large", (value) => (value.size = 40))];
    expect(recent.of("large")).toBe(large);
    expect(recent.of("small")).not.toBe(small);
  });

  test("one that cannot be read is not kept", () => {
    let count = 0;
    const recent = new Recent({ most: 2 }, () => (count += 1));
    const fail = (): never => {
      throw new Error("gone");
    };
    expect(() => recent.of("a", fail)).toThrow("gone");
    expect(recent.of("a")).toBe(2);
  });
});
