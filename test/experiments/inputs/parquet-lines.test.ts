/** Tests of Parquet files as JSON lines, on files that pyarrow wrote. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { writeParquetLines } from "../../../src/experiments/inputs/parquet-lines.ts";
import type { Columns } from "../../../src/tasks/prompts/data-source.ts";

const fixture = (name: string): string => join(import.meta.dirname, "../../fixtures/parquet", `${name}.parquet`);
const expected = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/parquet_reference.json"), "utf8")) as Record<
  string,
  object[]
>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-parquet-"));
});

const linesOf = async (paths: readonly string[], needed: readonly string[], known: readonly string[] = []): Promise<unknown[]> => {
  const columns: Columns = { needed, known };
  await writeParquetLines(paths, columns, join(folder, "lines.jsonl"));
  const text = readFileSync(join(folder, "lines.jsonl"), "utf8");
  expect(text.endsWith("\n")).toBe(true);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
};

test("rows are lines with the columns that are asked for, in their order, whatever the row groups", async () => {
  const lines = await linesOf([fixture("questions")], ["id", "question", "answer", "translation", "choices"]);
  expect(lines.slice(0, 3)).toEqual(expected["questions"]);
  expect(lines.map((line) => (line as { id: number }).id)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  expect(await linesOf([fixture("questions")], ["id"], ["answer", "prompt"])).toContainEqual({
    id: 7,
    answer: "7 and 7 is <<7+7=14>>14\n#### 14",
  });
});

test("several files follow one another, in whatever order their columns are", async () => {
  const lines = await linesOf([fixture("questions"), fixture("more")], ["id", "translation"]);
  expect(lines.map((line) => (line as { id: number }).id)).toEqual(Array.from({ length: 70 }, (_, i) => i));
  expect(lines[60]).toEqual({ id: 60, translation: (expected["more"] as { translation: object }[])[0]!.translation });
});

test("names and texts are never read as SQL, and name no file", async () => {
  const names = ['o\'dd "name"', "path", "prompt", "nothing"];
  expect(await linesOf([fixture("odd")], names)).toEqual(expected["odd"]);
  await expect(linesOf([fixture("odd")], ["x\" FROM read_text('/etc/passwd') --"])).rejects.toThrow(/expected a column ".*", got /u);
});

test("a file's path is a path, whatever is in it", async () => {
  const [inFolder, outside] = [join(folder, "a'b.parquet"), join(folder, "*.parquet")];
  writeFileSync(inFolder, readFileSync(fixture("more")));
  expect(await linesOf([inFolder], ["id"])).toHaveLength(10);
  await expect(linesOf([outside], ["id"])).rejects.toThrow(RangeError);
  await expect(linesOf(["https://127.0.0.1:1/x.parquet"], ["id"])).rejects.toThrow(RangeError);
});

test("a column that is not there is refused with those that are, and nothing is left", async () => {
  await expect(linesOf([fixture("questions")], ["sum"])).rejects.toThrow(
    `${fixture("questions")}: expected a column "sum", got id, question, answer, translation, choices`,
  );
  await expect(linesOf([fixture("questions")], [], ["prompt", "messages"])).rejects.toThrow(
    'expected one of the columns prompt, messages, got id, question, answer, translation, choices; say what a "prompt" is made of',
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("what is no Parquet file, is cut or is damaged is refused by its name, and nothing is left", async () => {
  const whole = readFileSync(fixture("questions"));
  const damaged = Buffer.from(whole);
  damaged.fill(0xff, 40, 400);
  for (const content of [Buffer.from("text"), whole.subarray(0, 900), whole.subarray(900), damaged, Buffer.alloc(0)]) {
    const path = join(folder, "broken.parquet");
    writeFileSync(path, content);
    await expect(linesOf([path], ["id", "answer"])).rejects.toThrow(path);
    expect(existsSync(join(folder, "lines.jsonl"))).toBe(false);
  }
  expect(readdirSync(folder)).toEqual(["broken.parquet"]);
});
