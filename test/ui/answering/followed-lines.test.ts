/** Tests of lines that are read on: of files that grow, are cut, are replaced and are removed. */
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { FollowedLines } from "../../../src/ui/answering/followed-lines.ts";

let path: string;
let taken: (readonly [string, number])[];
let [restarts, tooLong] = [0, 0];

const follow = (longest = 100): FollowedLines =>
  new FollowedLines(path, longest, {
    take: (text, offset) => void taken.push([text, offset]),
    tooLong: () => void (tooLong += 1),
    restart: () => void (restarts += 1),
  });

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "retort-followed-")), "lines.jsonl");
  [taken, restarts, tooLong] = [[], 0, 0];
});

describe("lines of a file that grows", () => {
  test("are given once, whole, with their places", () => {
    const lines = follow();
    lines.refresh();
    expect(taken).toEqual([]);
    writeFileSync(path, "eins\nzwei\ndr");
    lines.refresh();
    appendFileSync(path, "ei\nüben\n");
    lines.refresh();
    lines.refresh();
    expect(taken).toEqual([
      ["eins", 0],
      ["zwei", 5],
      ["drei", 10],
      ["üben", 15],
    ]);
    expect(restarts).toBe(0);
    expect(lines.offset).toBe(21);
  });

  test("are passed over where they are too long, also while their end is not there yet", () => {
    const lines = follow(2 ** 21);
    writeFileSync(path, `a\n${"x".repeat(2 ** 22)}`);
    lines.refresh();
    lines.refresh();
    appendFileSync(path, "y\nb\n");
    lines.refresh();
    expect(taken.map(([text]) => text)).toEqual(["a", "b"]);
    expect(tooLong).toBe(1);
  });
});

describe("a file that is another than before is read anew", () => {
  test.each([
    ["cut back", () => truncateSync(path, 4)],
    ["replaced by one that is longer", () => writeFileSync(path, "vier\nfünf\nsechs\n")],
    ["removed and made again", () => (rmSync(path), writeFileSync(path, "neu\n"))],
  ])("%s", (_, change) => {
    const lines = follow();
    writeFileSync(path, "one\ntwo\n");
    lines.refresh();
    taken = [];
    change();
    lines.refresh();
    expect(restarts).toBe(1);
    expect(taken[0]).toEqual([expect.stringMatching(/^(?:one|vier|neu)$/u), 0]);
  });

  test("one that is gone has no lines", () => {
    const lines = follow();
    writeFileSync(path, "one\n");
    lines.refresh();
    rmSync(path);
    lines.refresh();
    lines.refresh();
    expect(restarts).toBe(1);
  });

  test("one that is cut to where it was read to and grows on goes on", () => {
    const lines = follow();
    writeFileSync(path, "one\ntwo\nthr");
    lines.refresh();
    truncateSync(path, 8);
    appendFileSync(path, "four\n");
    lines.refresh();
    expect(restarts).toBe(0);
    expect(taken.map(([text]) => text)).toEqual(["one", "two", "four"]);
  });
});
