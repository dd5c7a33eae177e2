/** Tests of where a task's data are. */
import { expect, test } from "vitest";
import { foreignSources, heldOutTemplates, isForeign, withLines } from "../../../src/tasks/prompts/data-source.ts";

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

const usual = { needed: [], known: ["prompt", "messages", "reference", "chosen", "rejected", "tests"] };

test("the sources of a task: its own and the one of what is held out", () => {
  expect(foreignSources({ type: "arithmetic" })).toEqual([]);
  expect(foreignSources({ path: "a.jsonl", heldOut: { hub } })).toEqual([{ source: { hub }, columns: usual }]);
  expect(foreignSources({ path: "a.parquet", test: 3, heldOut: { path: "b.parquet" } })).toEqual([
    { source: { path: "a.parquet" }, columns: usual },
    { source: { path: "b.parquet" }, columns: usual },
  ]);
});

test("lines are used instead of each source, and nothing else changes", () => {
  const task = { type: "prompts", hub, heldOut: { path: "b.parquet", prompt: "{q}" }, test: 3 };
  const changed = withLines<object>(task, ({ source }) => `${source.path ?? source.hub?.dataset}.jsonl`);
  expect(changed).toEqual({ type: "prompts", path: "someone/sums.jsonl", heldOut: { path: "b.parquet.jsonl", prompt: "{q}" }, test: 3 });
  expect(withLines<object>({ path: "a.jsonl", test: 3 }, () => "no")).toEqual({ path: "a.jsonl", test: 3 });
});

test("lines are asked for with what is read of each source", () => {
  const task = { hub, prompt: "{q}", fields: ["by"], heldOut: { hub, prompt: "{p}" } };
  const asked: unknown[] = [];
  withLines(task, (source) => `${asked.push(source)}`);
  expect(asked).toEqual(foreignSources(task));
  expect(asked).toMatchObject([{ columns: { needed: ["q", "by"] } }, { columns: { needed: ["p", "by"] } }]);
});

test("columns: those of templates and fields are needed, the usual ones are known unless a template replaces them", () => {
  expect(foreignSources({ hub, prompt: "{q} {t.en}", reference: "{reference}", fields: ["q", "by"] })).toEqual([
    { source: { hub }, columns: { needed: ["q", "t", "reference", "by"], known: ["messages", "chosen", "rejected", "tests"] } },
  ]);
});

test("what is held out has its own templates, and the task's where it has none", () => {
  const replace = [{ start: "#", by: "" }];
  expect(heldOutTemplates({ prompt: "{q}", reference: "{a}", replace }, { prompt: "{p}" })).toEqual({
    prompt: "{p}",
    reference: "{a}",
    replace,
  });
  expect(heldOutTemplates({}, { reference: "{a}" })).toEqual({ reference: "{a}" });
});
