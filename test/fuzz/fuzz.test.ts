/** Readers of strangers' files read or refuse whatever they get; `npm run fuzz -- 100000` takes longer. */
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { compiledCommand } from "../fixtures/compiled-command.ts";
import { readers } from "./readers.ts";
import { fuzz } from "./run.ts";

/** A file of these tests as test/setup/compiled-workers.ts compiled it. */
const compiled = (path: string): string => join(dirname(compiledCommand), "../../test", path);
const child = [compiled("fuzz/child.js")];

test.each(readers)("the reader $name reads at least half of the files that are mutated for it, as they are", async ({ seeds, read }) => {
  const reads = await Promise.allSettled(seeds.map(async (seed) => read(seed)));
  expect(reads.filter(({ status }) => status === "fulfilled").length).toBeGreaterThanOrEqual(seeds.length / 2);
});

/** Planning an experiment takes ten times as long as reading any other file. */
const countOf = (reader: string): number => (reader.startsWith("experiment") ? 300 : 2000);

describe("mutated files", () => {
  test.each(readers)(
    "for the reader $name: each is read or refused with a clear error, none hangs, none crashes, none takes memory beyond the bound",
    async ({ name: reader }) => {
      const { mutations, read, refused, failures } = await fuzz({
        module: pathToFileURL(compiled("fuzz/readers.js")).href,
        child,
        reader,
        seed: 4,
        first: 0,
        count: countOf(reader),
        patience: 60_000,
      });
      expect(failures).toEqual([]);
      expect(mutations).toBe(countOf(reader));
      expect(read).toBeGreaterThan(0);
      expect(refused).toBeGreaterThan(100);
    },
    600_000,
  );
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

  test("memory beyond the bound", async () => {
    expect((await run("greedy")).failures[0]?.problem).toMatch(/\d{9} bytes of memory for a file of \d+/);
  });
});
