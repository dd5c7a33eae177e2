/** Tests of reading lines within bounds. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { boundedLines, presentLines } from "../../src/files/bounded-lines.ts";

const path = join(mkdtempSync(join(tmpdir(), "retort-lines-")), "lines");
const read = async (longest: number): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of boundedLines(path, longest)) lines.push(line);
  return lines;
};

test("lines come whole, whatever their letters and however the file is cut into chunks; the last one only when it ended", async () => {
  const lines = Array.from({ length: 500 }, (_, k) => "ü€𝄞".repeat(k));
  writeFileSync(path, `${lines.join("\n")}\ncut`);
  expect(await read(10_000)).toEqual(lines);
});

test("a line that is longer than the bound is left out, in one chunk or in many, and the next one is not", async () => {
  writeFileSync(path, ["12345", "123456", "x".repeat(2 ** 20), "12345", ""].join("\n"));
  expect(await read(5)).toEqual(["12345", "12345"]);
});

test("of a file that is not there, there are none; other errors stay", async () => {
  const all = async (from: string): Promise<string[]> => {
    const lines: string[] = [];
    for await (const line of presentLines(from, 5)) lines.push(line);
    return lines;
  };
  writeFileSync(path, "12345\n");
  expect(await all(path)).toEqual(["12345"]);
  expect(await all(`${path}-none`)).toEqual([]);
  await expect(all(dirname(path))).rejects.toThrow(/expected a file, got a folder/u);
});
