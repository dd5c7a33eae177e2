/** Files of JSON lines. */
import { createHash } from "node:crypto";
import { mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJsonLines } from "../../../src/tasks/prompts/json-lines.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-lines-"));
const path = join(folder, "values.jsonl");

const read = (content: string | Uint8Array): [unknown, string][] => {
  writeFileSync(path, content);
  const found: [unknown, string][] = [];
  const hash = readJsonLines(path, (value, location) => found.push([value, location]));
  expect(hash).toBe(createHash("sha256").update(content).digest("hex"));
  return found;
};

describe("a file", () => {
  test("gives every value with its line", () => {
    expect(read('{"a": 1}\n\n  \r\n"x"\r\n[2]')).toEqual([
      [{ a: 1 }, `${path}:1`],
      ["x", `${path}:4`],
      [[2], `${path}:5`],
    ]);
    expect(read("")).toEqual([]);
    expect(read("\uFEFF7\n")).toEqual([[7, `${path}:1`]]);
  });

  test("is the same however the pieces that are read divide its lines", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.nat(70_000)), { maxLength: 6 }), (parts) => {
        const values = parts.map(([text, spaces]) => text + " ".repeat(spaces));
        expect(read(values.map((value) => `${JSON.stringify(value)}\n`).join("")).map(([value]) => value)).toEqual(values);
      }),
      { numRuns: 30, seed: 5 },
    );
  });

  test.each<[string, string | Uint8Array, string]>([
    ["what is no JSON", '1\n{"a": \n2', `${path}:2: expected a JSON value, got "{\\"a\\":"`],
    ["what is no UTF-8", Uint8Array.of(0x31, 0x0a, 0x22, 0xff, 0x22), `${path}:2: expected UTF-8, got other bytes`],
    ["a line that is too long", `1\n"${"x".repeat(2 ** 22)}"`, `${path}: expected lines of at most 4194304 bytes, got a longer one`],
  ])("with %s is refused", (_, content, message) => {
    expect(() => read(content)).toThrow(RangeError);
    expect(() => read(content)).toThrow(message);
  });

  test("that is not there, is a folder, or is too large is refused before it is read", () => {
    const never = (): never => {
      throw new Error("nothing should be read");
    };
    expect(() => readJsonLines(join(folder, "no.jsonl"), never)).toThrow(
      /no\.jsonl: expected a file of JSON lines, such as \{"prompt":"2\+3=","reference":"5"\}, got no file/u,
    );
    expect(() => readJsonLines(folder, never)).toThrow(RangeError);
    writeFileSync(path, "");
    truncateSync(path, 2 ** 31 + 1);
    expect(() => readJsonLines(path, never)).toThrow(`${path}: expected at most 2147483648 bytes, got 2147483649`);
    truncateSync(path, 0);
  });
});
