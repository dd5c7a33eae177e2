/** A file of lines that is cut back. */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLines } from "../../src/files/line-file.ts";

const path = join(mkdtempSync(join(tmpdir(), "retort-line-file-")), "lines");
const kept = (content: string, keep: (line: string) => boolean): string => {
  writeFileSync(path, content);
  const file = openLines(path);
  file.cut(keep);
  file.append("end\n");
  file.close();
  return readFileSync(path, "utf8");
};

test("is cut before the first line that is not kept, and what is added then follows", () => {
  expect(kept("a\nb\nc\nb\n", (line) => line !== "c")).toBe("a\nb\nend\n");
  expect(kept("a\nb\n", () => true)).toBe("a\nb\nend\n");
  expect(kept("a\nb\n", () => false)).toBe("end\n");
  expect(kept("", () => true)).toBe("end\n");
});

test("a line without its end goes, whatever it says", () => {
  expect(kept("a\nb", () => true)).toBe("a\nend\n");
  expect(kept("ab", () => true)).toBe("end\n");
});

test("lines that lie across the blocks in which the file is read are whole", () => {
  const long = Array.from({ length: 5 }, (_, i) => `${i}${"ä".repeat(400_000)}`);
  const seen: string[] = [];
  kept(`${long.join("\n")}\nrest`, (line) => seen.push(line) < 5);
  expect(seen).toEqual(long);
  expect(statSync(path).size).toBe(4 * (2 * 400_000 + 2) + 4);
});
