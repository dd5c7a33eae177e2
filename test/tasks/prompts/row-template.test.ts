/** Tests of rows that become prompts. */
import { describe, expect, test } from "vitest";
import { shapeRow, templateColumns } from "../../../src/tasks/prompts/row-template.ts";

const row = {
  question: "1 + 1?",
  answer: "one and one is <<1+1=2>>2\n#### 2",
  translation: { de: "Hallo {x}", en: "Hello" },
  choices: ["a", "b"],
  label: 1,
};
const made = (templates: Parameters<typeof shapeRow>[2]): unknown => shapeRow(row, "f:1", templates);

test("a row without templates stays as it is", () => {
  expect(made({})).toBe(row);
});

test("names are replaced by texts, numbers, and what is inside of a column; what they hold is no template", () => {
  expect(made({ prompt: "Q: {question} {label} {choices.1}", reference: "{translation.de}" })).toEqual({
    ...row,
    prompt: "Q: 1 + 1? 1 b",
    reference: "Hallo {x}",
  });
});

test("replacements are made in the texts and not in the template, one after another", () => {
  const replace = [
    { start: "<<", end: ">>", by: "" },
    { start: "\n", by: " " },
    { start: "#### ", by: "The answer is " },
    { start: "answer is $", by: "never" },
  ];
  expect(made({ reference: "#### {answer}", replace })).toMatchObject({ reference: "#### one and one is 2 The answer is 2" });
});

test.each([
  ["a<b>c<d>e", { start: "<", end: ">", by: "-" }, "a-c-e"],
  ["a<b", { start: "<", end: ">", by: "-" }, "a<b"],
  ["a<<b>c>", { start: "<", end: ">", by: "" }, "ac>"],
  ["aaa", { start: "a", end: "a", by: "$&" }, "$&a"],
  ["aaa", { start: "a", by: "$&" }, "$&$&$&"],
])("of %j with %j remains %j", (text, replacement, expected) => {
  expect(shapeRow({ text }, "f:1", { prompt: "{text}", replace: [replacement] })).toMatchObject({ prompt: expected });
});

test("replacements make no text of any length", () => {
  const replace = Array.from({ length: 3 }, () => ({ start: "a", by: "a".repeat(1000) }));
  expect(() => shapeRow({ text: "aaaaa" }, "f:1", { prompt: "{text}", replace })).toThrow(
    "f:1: expected at most 4194304 characters after replacements, got 5000000",
  );
});

describe("a name without a text", () => {
  test.each([
    ["{nothing}", "f:1: expected a text {nothing}, got none; the line has {question}, {answer}, {translation}, {choices}, {label}"],
    ["{translation}", 'expected a text {translation}, got {"de":"Hallo {x}","en":"Hello"}'],
    ["{translation.fr}", "expected a text {translation.fr}, got none"],
    ["{constructor}", "expected a text {constructor}, got none"],
    ["{question.length}", "expected a text {question.length}, got none"],
  ])("%s is refused with its location", (prompt, message) => {
    expect(() => made({ prompt })).toThrow(message);
  });

  test("is refused whatever it has in its place", () => {
    const row = { a: JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) as unknown };
    expect(() => shapeRow(row, "f:2", { prompt: "{a}" })).toThrow(
      "f:2: expected a text {a}, got a value that is no JSON, or nested too deeply",
    );
  });

  test("of what is no object too", () => {
    expect(() => shapeRow("text", "f:2", { prompt: "{a}" })).toThrow("f:2: expected a text {a}, got none; the line has no keys");
  });
});

test("the columns that templates name, once each", () => {
  expect(templateColumns({ prompt: "{a} {b.c} {a.d} { e } {f", reference: "{g}{b}" })).toEqual(["a", "b", "g"]);
  expect(templateColumns({ prompt: "{a", reference: "b}" })).toEqual([]);
});
