/** Templates of strangers: they end, whatever they say. */
import { describe, expect, test } from "vitest";
import { render } from "../../../src/tokenizers/chat/jinja.ts";

test("names, loops and ranges", () => {
  expect(render("{% for i in range(2, 8, 3) %}{{ i }}{{ x }}{% endfor %}{{ range(3, 0, -1) | length }}", { x: "." })).toBe("2.5.3");
  expect(render("{{ range(-2) | length }}", {})).toBe("0");
});

const failureOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (failure) {
    return failure;
  }
};

describe("templates that would not end or would fill the memory", () => {
  const nested = (depth: number, body: string): string =>
    Array.from({ length: depth }, (_, i) => `{% for a${i} in range(9999) %}`).join("") + body + "{% endfor %}".repeat(depth);

  test.each([
    ["a range of a thousand million", "{% for i in range(10**9) %}{% endfor %}", "expected at most 10000 numbers in a range"],
    ["ranges in ranges", nested(6, "{{ 1 }}"), "expected at most 200000 steps"],
    ["empty loops in loops", nested(3, ""), "expected at most 200000 steps"],
    ["a range of fractions", "{% for i in range(0, 1, 0) %}{% endfor %}", "expected numbers, and a step other than 0, of a range"],
    [
      "a text that doubles",
      `{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}`,
      "expected at most 2097152 characters or items in a value",
    ],
    [
      "a list that doubles",
      `{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}`,
      "expected at most 2097152 characters or items in a value",
    ],
    [
      "many long texts",
      `{% set n = namespace(x='ab') %}{% for i in range(20) %}{% set n.x = n.x ~ n.x %}{% endfor %}{% for i in range(999) %}{% set y = n.x | upper %}{% endfor %}`,
      "characters and items on the way",
    ],
    [
      "a macro that calls itself twice",
      "{% macro f(n) %}{% if n < 60 %}{{ f(n + 1) }}{{ f(n + 1) }}{% endif %}{% endmacro %}{{ f(0) }}",
      "expected at most 200000 steps",
    ],
    [
      "replacements of replacements",
      `{% set n = namespace(x='aa') %}{% for i in range(18) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x | replace('a', n.x) }}`,
      "expected ",
    ],
  ])("%s", (_what, template, message) => {
    const failure = failureOf(() => render(template, {}));
    expect(failure).toBeInstanceOf(RangeError);
    expect(String(failure)).toContain(message);
  });

  test("a macro that calls itself", () => {
    expect(() => render("{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}", {})).toThrow(/^chat template: /u);
  });

  test("spaces and line ends without end, in a template; in a conversation they are a text as any other", () => {
    for (const space of ["\n", " ", " \n", "\t", "\u00a0"]) {
      for (const template of [space.repeat(60_000), `{{ 1 }}${space.repeat(1001)}{% if x %}{% endif %}`])
        expect(() => render(template, {})).toThrow("expected at most 1000 spaces and line ends in a row, got more");
      expect(render("{% for m in messages %}{{ m | trim }}{{ m }}{% endfor %}", { messages: [space.repeat(100_000)] })).toBe(
        space.repeat(100_000),
      );
    }
    expect(render(`a${"\n".repeat(1000)}b`, {})).toBe(`a${"\n".repeat(1000)}b`);
  });

  test("a template without end", () => {
    expect(() => render("x".repeat((1 << 17) + 1), {})).toThrow("expected at most 131072 characters");
    expect(() => render(`{{ ${"(".repeat(50_000)} }}`, {})).toThrow(SyntaxError);
  });
});

describe("templates that cannot be read or run", () => {
  test.each(["{% for %}", "{{ 'a }}", "{% unheard %}", "{% if x %}"])("%s", (template) => {
    expect(() => render(template, {})).toThrow(SyntaxError);
    expect(() => render(template, {})).toThrow("chat template: expected a Jinja template, got ");
  });

  test("they see their values only", () => {
    for (const name of ["process", "globalThis", "constructor", "strftime_now"])
      expect(render(`{{ ${name} is defined }}`, {})).toBe("false");
    expect(() => render("{{ ''.constructor.constructor('return 1')() }}", {})).toThrow(Error);
    expect(() => render("{{ range.constructor('return 1')() }}", {})).toThrow(Error);
  });
});
