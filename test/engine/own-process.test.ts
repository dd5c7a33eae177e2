/** Asking a file in a process of its own. */
import { expect, test } from "vitest";
import { askProcess } from "../../src/engine/own-process.ts";

const file = new URL("../fixtures/answering.ts", import.meta.url);

test("the last line is the answer, whatever was written before", async () => {
  expect(await askProcess(file, ["noise\n", '{"a":[1,null]}\n'])).toEqual({ value: { a: [1, null] } });
});

test("variables are given to it beside this process's own", async () => {
  expect(await askProcess(file, ["variable", "RETORT_ANSWER"], { environment: { RETORT_ANSWER: '"given"' } })).toEqual({ value: "given" });
});

test("without an answer, how it ended and what it said last is", async () => {
  expect(await askProcess(file, ["fail", "no such thing"])).toEqual({ ending: "the process that tried it ended with 3: no such thing" });
  expect(await askProcess(file, ["not json"])).toEqual({ ending: "the process that tried it ended with no answer" });
});

test("aborting ends it without an answer", async () => {
  const { ending } = (await askProcess(file, ["wait"], { signal: AbortSignal.abort() })) as { ending: string };
  expect(ending).toMatch(/^the process that tried it ended with ABORT_ERR/);
});
