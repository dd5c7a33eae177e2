/** Tests of texts with names in braces. */
import { expect, test } from "vitest";
import { filled, namesIn } from "../../src/tasks/template.ts";

test("names are in braces, with dots to what is inside; other braces name nothing", () => {
  expect(namesIn('{a} {b.c-1.0} {a} { d } {} {1} {.e} {f.} {"g": 1} {{h}}')).toEqual(["a", "b.c-1.0", "a", "h"]);
});

test("texts are put in as they are, and what is not named stays", () => {
  expect(filled("{a}{b.c} { a } $& {{a}", (name) => `<${name}> $& {a}`)).toBe("<a> $& {a}<b.c> $& {a} { a } $& {<a> $& {a}");
});
