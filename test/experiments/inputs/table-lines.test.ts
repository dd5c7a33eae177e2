/** Tests of Parquet files as JSON lines, on files that pyarrow wrote. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { tableColumns, writeTableLines, type TableKind } from "../../../src/experiments/inputs/table-lines.ts";
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

const linesOf = async (
  paths: readonly string[],
  needed: readonly string[],
  known: readonly string[] = [],
  kind: TableKind = "parquet",
): Promise<unknown[]> => {
  const columns: Columns = { needed, known };
  await writeTableLines(kind, paths, columns, join(folder, "lines.jsonl"));
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

test("columns are known by their names before any is read", async () => {
  expect(await tableColumns("parquet", fixture("questions"))).toEqual(expect.arrayContaining(["id", "question", "answer"]));
  const path = join(folder, "none.csv");
  await expect(tableColumns("csv", path)).rejects.toThrow(path);
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
    'expected one of the columns prompt, messages, got id, question, answer, translation, choices; add "prompt": "{question}", "reference": "{answer}" to the task',
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

const csv = (text: string | Uint8Array, name = "q.csv"): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

test("cells of a CSV are texts as they stand: quotes, commas, line ends, numbers, dates and empty ones", async () => {
  const text = '\ufeffid,question,answer\r\n007,"a, ""b""\nc",1.50\r\n8,;|\t,\r\nTrue,2024-01-01,"NULL"\r\n';
  const rows = [
    { id: "007", question: 'a, "b"\nc', answer: "1.50" },
    { id: "8", question: ";|\t", answer: "" },
    { id: "True", question: "2024-01-01", answer: "NULL" },
  ];
  const names = ["id", "question", "answer"];
  expect(await linesOf([csv(text)], names, [], "csv")).toEqual(rows);
  expect(await linesOf([csv(gzipSync(text), "q.csv.gz")], names, [], "csv")).toEqual(rows);
  const tabs = 'question\tanswer\na, b\t"c\td"\n';
  expect(await linesOf([csv(tabs, "q.tsv")], ["question", "answer"], [], "tsv")).toEqual([{ question: "a, b", answer: "c\td" }]);
  expect(await linesOf([csv("question\nonly; one | column\n")], ["question"], [], "csv")).toEqual([{ question: "only; one | column" }]);
  const many = Array.from({ length: 30_000 }, (_, i) => `${i},x`);
  const all = await linesOf([csv(`n,x\n${many.join("\n")}`), csv("x,n\ny,last\n", "r.csv")], ["n"], [], "csv");
  expect([all.length, all[29_999], all.at(-1)]).toEqual([30_001, { n: "29999" }, { n: "last" }]);
});

test.each<[string, string | Uint8Array, string]>([
  ["a row of more cells", "question,answer\na,b\nc,d,e\n", "q.csv: "],
  ["a row of fewer cells", "question,answer\na,b\nc\n", "q.csv: "],
  ["a quote without an end", 'question,answer\n"a,b\n', "q.csv: "],
  ["no UTF-8", Buffer.from("question,answer\na,\xff\xfe\n", "latin1"), "q.csv: "],
  ["another delimiter", "question;answer\na;b\n", 'q.csv: expected a column "question", got question;answer'],
  ["no gzip", "text", "q.csv.gz: "],
  ["nothing", "", "q.csv: "],
])("a CSV of %s is refused by its name, and nothing is left", async (_, text, message) => {
  const path = csv(text, message.startsWith("q.csv.gz") ? "q.csv.gz" : "q.csv");
  const failed = linesOf([path], ["question"], [], "csv");
  await expect(failed).rejects.toThrow(message);
  await expect(failed).rejects.toThrow(/^.{1,700}$/su);
  expect(existsSync(join(folder, "lines.jsonl"))).toBe(false);
});
