/** What every engine refuses. */
import { describe, expect, test } from "vitest";
import { checkData, checkInputs } from "../../src/engine/buffers.ts";
import { float32, int32 } from "../../src/engine/program.ts";

describe("checkData", () => {
  test("takes what fits", () => {
    expect(() => checkData(new Float32Array(6), float32(2, 3))).not.toThrow();
    expect(() => checkData(new Int32Array(1), int32())).not.toThrow();
    expect(() => checkData(new Uint8Array(2), { shape: [2], dtype: "bool" })).not.toThrow();
  });

  test("refuses another array and another length, and says which", () => {
    expect(() => checkData(new Int32Array(6), float32(2, 3))).toThrow(
      new TypeError("upload: expected a Float32Array for float32 [2, 3], got Int32Array"),
    );
    expect(() => checkData(new Float32Array(5), float32(2, 3))).toThrow(
      new RangeError("upload: expected 6 values for float32 [2, 3], got 5"),
    );
  });
});

describe("checkInputs", () => {
  const expected = { x: float32(2), y: int32() };

  test.each([
    [{ x: float32(2), y: int32() }, undefined],
    [{ x: float32(2) }, 'program "p": input "y" is missing; expected int32 []'],
    [{ x: float32(2), y: int32(), z: int32() }, 'program "p": unknown input "z"; it takes x, y'],
    [{ x: float32(2), y: float32() }, 'program "p": input "y": expected int32 [], got float32 []'],
    [{ x: float32(1, 2), y: int32() }, 'program "p": input "x": expected float32 [2], got float32 [1, 2]'],
  ])("%j", (given, message) => {
    const check = (): void => checkInputs("p", expected, given);
    if (message === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });
});
