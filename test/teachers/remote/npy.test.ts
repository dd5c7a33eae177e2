/** Tests of NumPy's file format, against a file that NumPy wrote. */
import { describe, expect, test } from "vitest";
import { readNpy, writeNpy } from "../../../src/teachers/remote/npy.ts";

/**
 * `np.save` of NumPy 2.4.6: np.array([[-0.5, -1.25, -np.inf], [-2, -0.1, -3e38]], dtype=np.float32).
 */
const written = Buffer.from(
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAC/AACgvwAAgP8AAADAzczMveaxYf8=",
  "base64",
);

test("reads what NumPy writes, and writes the same bytes", () => {
  const matrix = readNpy(written);
  expect(matrix).toEqual({ rows: 2, columns: 3, values: Float32Array.of(-0.5, -1.25, -Infinity, -2, -0.1, -3e38) });
  expect(writeNpy(matrix).equals(written)).toBe(true);
});

test.each([
  [0, 1],
  [1, 0],
  [7, 1],
  [1, 12345],
])("%i x %i goes there and back", (rows, columns) => {
  const matrix = { rows, columns, values: Float32Array.from({ length: rows * columns }, (_, k) => -k / 3) };
  const bytes = writeNpy(matrix);
  expect((bytes.length - matrix.values.length * 4) % 64).toBe(0);
  expect(readNpy(bytes)).toEqual(matrix);
});

test("reads version 2.0", () => {
  const header = written.subarray(10, written.readUInt16LE(8) + 10);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const second = Buffer.concat([written.subarray(0, 6), Buffer.of(2, 0), length, header, written.subarray(10 + header.length)]);
  expect(readNpy(second)).toEqual(readNpy(written));
});

describe("refuses", () => {
  const header = (text: string): Buffer => {
    const bytes = writeNpy({ rows: 1, columns: 1, values: Float32Array.of(-1) });
    const body = Buffer.from(`${text}\n`, "latin1");
    const length = Buffer.alloc(2);
    length.writeUInt16LE(body.length);
    return Buffer.concat([bytes.subarray(0, 8), length, body, bytes.subarray(-4)]);
  };

  test.each([
    ["nothing", Buffer.alloc(0), "expected a file of version 1 or 2"],
    ["a pickle", Buffer.from("gASVCgAAAAAAAACMBnN5c3RlbZQu", "base64"), "expected a file of version 1 or 2"],
    ["another version", Buffer.concat([written.subarray(0, 6), Buffer.of(9), written.subarray(7)]), "expected a file of version 1 or 2"],
    ["a header that is longer than the file", written.subarray(0, 60), "expected a header within the file"],
    ["too few numbers", written.subarray(0, -4), "npy: expected 24 bytes of 2 x 3 numbers, got 20"],
    ["too many numbers", Buffer.concat([written, Buffer.alloc(4)]), "npy: expected 24 bytes of 2 x 3 numbers, got 28"],
    ["doubles", header("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }"), "expected a float32 matrix"],
    ["Python objects", header("{'descr': '|O', 'fortran_order': False, 'shape': (1, 1), }"), "expected a float32 matrix"],
    ["the other order", header("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }"), "expected a float32 matrix"],
    ["a vector", header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"), "expected a float32 matrix"],
    [
      "a size that is not there",
      header("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }"),
      "npy: expected 39",
    ],
  ])("%s", (_what, bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(RangeError);
    expect(() => readNpy(bytes)).toThrow(message);
  });
});
