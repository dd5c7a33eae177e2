/** Readers of strangers' files read or refuse whatever they get; `npm run fuzz -- 100000` takes longer. */
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { compiledCommand } from "../fixtures/compiled-command.ts";
import { jsonLines, shares, traceLines, type FuzzedReader } from "./reader.ts";
import { readers } from "./readers.ts";
import { fuzz } from "./run.ts";

/** A file of these tests as test/setup/compiled-workers.ts compiled it. */
const compiled = (path: string): string => join(dirname(compiledCommand), "../../test", path);
const child = [compiled("fuzz/child.js")];

test.each(readers)(
  "the reader $name reads at least half of the files that are mutated for it, as they are",
  async ({ seeds, read, close }) => {
    let whole = 0;
    try {
      // One after the other: those of one folder replace each other's files.
      for (const seed of seeds) {
        const isRead = await Promise.resolve(seed)
          .then(read)
          .then(
            () => true,
            () => false,
          );
        whole += Number(isRead);
      }
    } finally {
      await close?.();
    }
    expect(whole).toBeGreaterThanOrEqual(seeds.length / 2);
  },
);

/** As many as take no longer than those of a fast reader. */
const countOf = ({ weight = 1 }: FuzzedReader): number => Math.max(100, 2000 * weight);

describe("mutated files", () => {
  test.each(readers)(
    "for the reader $name: each is read or refused with a clear error, none hangs, none crashes, none takes memory beyond the bound",
    async (reader) => {
      const count = countOf(reader);
      const { mutations, read, refused, failures } = await fuzz({
        module: pathToFileURL(compiled("fuzz/readers.js")).href,
        child,
        reader: reader.name,
        seed: 4,
        first: 0,
        count,
        patience: 60_000,
      });
      expect(failures).toEqual([]);
      expect(mutations).toBe(count);
      expect(read).toBeGreaterThan(0);
      if (reader.lenient !== true) expect(refused).toBeGreaterThan(count / 20);
    },
    600_000,
  );
});

test("edits of lines of JSON keep them lines of JSON, whatever is in their texts", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const lines = ['{"a":"x,]\\"}","b":[1,{"c":2}]}', "3", '"["'];
  expect(JSON.parse(jsonLines.text(bytes(`${lines.join("\n")}\n`))!)).toEqual(lines.map((line) => JSON.parse(line) as unknown));
  expect(new TextDecoder().decode(jsonLines.withText(bytes(""), `[${lines.join(",")}]`))).toBe(`${lines.join("\n")}\n`);
  expect(traceLines.text(bytes('[\n{"a":1},\n{"b":2},\n'))).toBe('[{"a":1},{"b":2}]');
  expect(new TextDecoder().decode(traceLines.withText(bytes(""), '[{"a":1},{"b":2}]'))).toBe('[\n{"a":1},\n{"b":2},\n');
});

test("slow readers get fewer mutations, and each gets one", () => {
  const reader = (weight?: number): FuzzedReader => ({
    name: "x",
    seeds: [],
    read: () => undefined,
    ...(weight === undefined ? {} : { weight }),
  });
  expect(shares([reader(), reader(0.5), reader(0.001)], 300)).toEqual([200, 100, 1]);
});

describe("fuzzing finds", () => {
  const run = (reader: string, patience = 60_000) =>
    fuzz({ module: pathToFileURL(compiled("fixtures/fuzzed-readers.js")).href, child, reader, seed: 1, first: 0, count: 300, patience });

  test("nothing in a reader that is right, twice the same", async () => {
    const { slowest: _slowest, resident: _resident, ...once } = await run("right");
    expect(once.failures).toEqual([]);
    expect(once.read + once.refused).toBe(300);
    expect(await run("right")).toMatchObject(once);
  });

  test("errors of the engine, and of no class", async () => {
    expect((await run("unclear")).failures[0]?.problem).toMatch(/an error of the engine: TypeError: Cannot read properties of undefined/);
    expect((await run("unnamed")).failures[0]?.problem).toBe("an error of no known class: expected 0 at byte 0");
  });

  test("what hangs and what crashes, with the mutation", async () => {
    await expect(run("hanging", 3000)).rejects.toThrow(/reader hanging, seed 1, mutation \d+: expected to be done in 3000 ms/);
    await expect(run("crashing")).rejects.toThrow(/reader crashing, seed 1, mutation \d+: the process crashed with null/);
  });

  test("memory beyond the bound, of a reading and of the whole process", async () => {
    expect((await run("greedy")).failures[0]?.problem).toMatch(/\d{9} bytes of memory for a file of \d+/);
    expect((await run("large")).failures.map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/^a process of \d+ bytes, of at most 16777216$/) as string,
    ]);
  });
});
