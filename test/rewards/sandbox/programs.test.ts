/** Programs that would pass without being right, none of which does, and right ones in every style, all of which do. */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import type { OpenCell } from "../../../src/rewards/sandbox/cell.ts";
import { openJavaScript } from "../../../src/rewards/sandbox/javascript.ts";
import { openPython } from "../../../src/rewards/sandbox/python.ts";
import { Sandbox } from "../../../src/rewards/sandbox/sandbox.ts";

interface Program {
  readonly name: string;
  readonly code: string;
  /** Its own test; those of its language where it is empty. */
  readonly own: string;
}

/** `! name`, `? test` and code, with the language's sign of a comment before the first two. */
const programsOf = (file: string, comment: string): readonly Program[] =>
  readFileSync(new URL(`../../fixtures/code-programs/${file}.txt`, import.meta.url), "utf8")
    .split(`${comment}! `)
    .slice(1)
    .map((block) => {
      const [name = "", ...lines] = block.trimEnd().split("\n");
      const [own, code] = [true, false].map((wanted) => lines.filter((line) => line.startsWith(`${comment}? `) === wanted));
      return { name, code: code!.join("\n"), own: own!.map((line) => line.slice(comment.length + 2)).join("\n") };
    });

const python = [
  `def check(candidate):
  assert candidate(21) == 42
  assert abs(candidate(0.5) - 1.0) < 1e-9 and isinstance(candidate(0.5), float)
  assert sorted([candidate(2), candidate(1)]) == [2, 4] and all(candidate(k) == 2 * k for k in range(3))
check(double)`,
  `import unittest
class Checks(unittest.TestCase):
  def test(self):
    self.assertEqual(double(21), 42)
    self.assertAlmostEqual(double(0.5), 1)
unittest.main()`,
];
const javascript = [
  "assert.equal(double(21), 42)",
  "assert.deepEqual([21, 0.5].map((x) => double(x)), [42, 1])",
  "for (const [given, expected] of [[21, 42], [0, 0]]) assert.strictEqual(double(given), expected, `double(${given})`)",
  'assert.ok(Math.abs(double(0.5) - 1) < 1e-9 && typeof double(21) === "number" && JSON.stringify([double(2)]) === "[4]")',
];
const languages: readonly (readonly [string, string, OpenCell, readonly string[], number])[] = [
  ["python", "#", openPython, python, 128],
  ["javascript", "//", openJavaScript, javascript, 64],
];

describe.each(languages)("%s", (language, comment, openCell, tests, memory) => {
  const { signal } = new AbortController();
  const sandbox = new Sandbox(openCell, { time: 4000, memory });
  afterAll(() => sandbox.close());
  const [wrong, right] = ["wrong", "right"].map((kind) => programsOf(`${language}-${kind}`, comment)) as [
    readonly Program[],
    readonly Program[],
  ];
  const outcomes = async ({ code, own }: Program): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const one of own === "" ? tests : [own]) {
      const { passed, reason } = await sandbox.run({ code, test: one }, signal);
      found.push(passed ? `passes ${one}` : `fails ${one}: ${reason}`);
    }
    return found;
  };

  test("there are more than thirty of each", () => {
    expect(Math.min(wrong.length, right.length)).toBeGreaterThan(30);
  });

  test.each(wrong)("wrong: $name", async (program) => {
    for (const outcome of await outcomes(program)) expect(outcome).toMatch(/^fails /);
  });

  test.each(right)("right: $name", async (program) => {
    for (const outcome of await outcomes(program)) expect(outcome).toMatch(/^passes /);
  });
});
