/** Tests of data that tasks name, from files and from a server that answers like the Hub. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { dataKey, inSource, readTaskData } from "../../../src/experiments/inputs/task-data.ts";
import { foreignSources } from "../../../src/tasks/prompts/data-source.ts";
import { startHub, type HubServer } from "../../fixtures/hub-server.ts";

const parquet = join(import.meta.dirname, "../../fixtures/parquet");
const content = (name: string): Uint8Array => readFileSync(join(parquet, `${name}.parquet`));
const templates = { prompt: "Q: {question}", reference: "{answer}" };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-data-"));
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  for (const key of ["HF_ENDPOINT", "HF_HUB_OFFLINE", "HF_TOKEN"]) vi.stubEnv(key, undefined);
});
afterEach(() => vi.unstubAllEnvs());

const linesAt = (path: string): unknown[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

test("a Parquet file is made into lines once, and again when it or what is read of it changes", async () => {
  const path = join(folder, "questions.parquet");
  writeFileSync(path, content("questions"));
  const look = async (task: object): Promise<string> => {
    const made = (await readTaskData([task], folder)).get(dataKey(foreignSources(task)[0]!));
    if (made === undefined || "message" in made) throw new Error(made?.message);
    return made.part;
  };
  const task = { path: "questions.parquet", ...templates };
  const first = await look(task);
  expect(first).toMatch(/cache\/retort\/data\/[0-9a-f]{64}\/questions\.jsonl$/u);
  expect(linesAt(first)[2]).toEqual({ question: "what is 2 times two?", answer: "2 and 2 is <<2+2=4>>4\n#### 4" });
  writeFileSync(first, "kept\n");
  expect(await look({ ...task, test: 3 })).toBe(first);
  expect(readFileSync(first, "utf8")).toBe("kept\n");
  expect(await look({ ...task, fields: ["id"] })).not.toBe(first);
  writeFileSync(path, content("more"));
  expect(await look(task)).not.toBe(first);
});

test("what cannot be read is a reason in its entry", async () => {
  const tasks = [{ path: "none.parquet" }, { path: "folder.parquet" }, { path: "text.parquet" }];
  writeFileSync(join(folder, "text.parquet"), "text");
  mkdirSync(join(folder, "folder.parquet"));
  const found = await readTaskData(tasks, folder);
  const reasons = [...found.values()].map((made) => ("message" in made ? made.message : ""));
  expect(reasons[0]).toContain(`${join(folder, "none.parquet")}: expected a file, such as a table of prompt and reference, got none`);
  expect(reasons[1]).toBe(`${join(folder, "folder.parquet")}: expected a file, got something else`);
  expect(reasons[2]).toContain(`${join(folder, "text.parquet")}: `);
});

test("a CSV is made into lines, and what is packed is unpacked", async () => {
  const lines = '{"prompt":"a"}\n{"prompt":"b"}\n';
  const files = { "a.csv": "question,answer\n1,2\n", "b.csv.gz": gzipSync("question,answer\n1,2\n"), "c.tsv": "question\tanswer\n1\t2\n" };
  for (const [name, text] of Object.entries({ ...files, "d.jsonl.gz": gzipSync(lines) })) writeFileSync(join(folder, name), text);
  const look = async (path: string): Promise<string> => {
    const task = { path, ...templates };
    const made = (await readTaskData([task], folder)).get(dataKey(foreignSources(task)[0]!))!;
    return "part" in made ? readFileSync(made.part, "utf8") : made.message;
  };
  for (const name of Object.keys(files)) expect(await look(name)).toBe('{"question":"1","answer":"2"}\n');
  expect(await look("d.jsonl.gz")).toBe(lines);
  // The same bytes are another table by another name.
  writeFileSync(join(folder, "a.tsv"), files["a.csv"]);
  expect(await look("a.tsv")).toContain('a.tsv: expected a column "question", got question,answer');
  writeFileSync(join(folder, "e.jsonl.gz"), gzipSync(lines).subarray(0, 20));
  expect(await look("e.jsonl.gz")).toContain(`${join(folder, "e.jsonl.gz")}: `);
});

test("errors of the lines name what they were made of", () => {
  const message = "/c/q.jsonl:3: expected x; /c/q.jsonl:1 has none. /c/q.jsonl: expected 7";
  expect(inSource(message, "/c/q.jsonl", { path: "/d/q.csv" }, "/")).toBe(
    "/d/q.csv: row 3: expected x; /d/q.csv: row 1 has none. /d/q.csv: expected 7",
  );
  expect(inSource("/c/q.jsonl:3: x", "/c/q.jsonl", { path: "q.jsonl.gz" }, "/d")).toBe("/d/q.jsonl.gz:3: x");
  const hub = { dataset: "a/b", revision: "main", files: ["c.parquet"] };
  expect(inSource("/c/q.jsonl:3: x", "/c/q.jsonl", { hub }, "/d")).toBe("a/b/c.parquet: row 3: x");
});

describe("a dataset of the Hub", () => {
  let hub: HubServer;
  beforeEach(async () => {
    hub = await startHub();
    hub.serve({
      "main/train-00000.parquet": content("questions"),
      "main/train-00001.parquet": content("more"),
      "a.jsonl": Buffer.from('{"prompt":"a"}\n'),
    });
  });
  afterEach(() => hub.close());
  const taskOf = (files: readonly string[], revision = "main") => ({
    hub: { dataset: "someone/tiny", revision, files: [...files] },
    ...templates,
  });
  const look = async (task: ReturnType<typeof taskOf>, offline = false) => {
    const found = await readTaskData([task], folder, { endpoint: hub.endpoint, cache: join(folder, "hub"), offline });
    return found.get(dataKey(foreignSources(task)[0]!))!;
  };
  const both = ["main/train-00000.parquet", "main/train-00001.parquet"];

  test("is downloaded, its files in their order, and from then on read offline", async () => {
    const made = await look(taskOf(both));
    expect(made).toHaveProperty("part");
    const { part } = made as { part: string };
    expect(linesAt(part)).toHaveLength(70);
    expect(linesAt(part)[69]).toMatchObject({ question: "what is 69 times two?" });
    expect(readdirSync(join(folder, "hub"))).toEqual(["datasets--someone--tiny"]);
    hub.requests.length = 0;
    expect(await look(taskOf(both), true)).toEqual({ part });
    expect(await look(taskOf(both, hub.commit))).toEqual({ part });
    expect(hub.requests).toEqual([]);
    expect(linesAt(((await look(taskOf(both.toReversed()))) as { part: string }).part)[0]).toMatchObject({
      question: "what is 60 times two?",
    });
  });

  test("may be a file of JSON lines", async () => {
    expect(linesAt(((await look(taskOf(["a.jsonl"]))) as { part: string }).part)).toEqual([{ prompt: "a" }]);
    expect(await look(taskOf(["a.jsonl", both[0]!]))).toEqual({
      message: "someone/tiny: expected tables of one form, or one file of JSON lines, got a.jsonl, main/train-00000.parquet",
    });
  });

  test("that is not in the cache, does not have the file, or changes on its way is refused", async () => {
    expect(await look(taskOf(both), true)).toEqual({
      message: expect.stringMatching(/lacks any commit of main, and this is offline/u) as string,
    });
    expect(await look(taskOf(["main/test.parquet"]))).toEqual({
      message: expect.stringMatching(
        /main\/test\.parquet: the repository does not have this file; its \.parquet files here: main\/train-00000\.parquet, main\/train-00001\.parquet/u,
      ) as string,
    });
    hub.faults.set(both[0]!, "changed");
    expect(await look(taskOf(both))).toEqual({ message: expect.stringMatching(/expected content with the hash/u) as string });
  });
});
