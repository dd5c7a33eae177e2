/** Tests of where a task's data lie. */
import { expect, test } from "vitest";
import { columnsOf, foreignSources, isForeign, withLines } from "../../src/tasks/data-source.ts";

const hub = { dataset: "someone/sums", revision: "main", files: ["a.parquet"] };

test("Parquet files and datasets must be made into lines, and files of lines not", () => {
  expect([{ path: "a.parquet" }, { path: "a.PARQUET" }, { hub }, { path: "a.jsonl" }, { path: "parquet" }, {}].map(isForeign)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("the sources of a task: its own and the one of what is held out", () => {
  expect(foreignSources({ type: "arithmetic" })).toEqual([]);
  expect(foreignSources({ path: "a.jsonl", heldOut: { hub } })).toEqual([{ hub }]);
  expect(foreignSources({ path: "a.parquet", test: 3, heldOut: { path: "b.parquet" } })).toEqual([
    { path: "a.parquet" },
    { path: "b.parquet" },
  ]);
});

test("lines take the place of each source, and nothing else changes", () => {
  const task = { type: "prompts", hub, heldOut: { path: "b.parquet" }, test: 3 };
  const placed = withLines<object>(task, (source) => `${source.path ?? source.hub?.dataset}.jsonl`);
  expect(placed).toEqual({ type: "prompts", path: "someone/sums.jsonl", heldOut: { path: "b.parquet.jsonl" }, test: 3 });
  expect(withLines<object>({ path: "a.jsonl", test: 3 }, () => "no")).toEqual({ path: "a.jsonl", test: 3 });
});

test("columns: those of templates and fields are needed, the usual ones are known unless a template stands for them", () => {
  expect(columnsOf({})).toEqual({ needed: [], known: ["prompt", "messages", "reference", "chosen", "rejected", "tests"] });
  expect(columnsOf({ prompt: "{q} {t.en}", reference: "{reference}", fields: ["q", "by"] })).toEqual({
    needed: ["q", "t", "reference", "by"],
    known: ["messages", "chosen", "rejected", "tests"],
  });
});
