/** Documentation of what is exported, and types without holes. */
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { exportsOf, lineOf, readSources, visit } from "./source.ts";

const sources = readSources("src");
/** All but the package's entry points, which declare nothing themselves. */
const inner = sources.filter(({ path }) => !path.startsWith("src/library/"));
const everything = readSources("src", "test", "bench", "examples");

/** A comment that takes back what the compiler or the linter says; for lint only when no reason follows. */
const silences = (line: string): boolean => /@ts-(?:ignore|nocheck)\b/.test(line) || /(?:ox|es)lint-disable(?!.* -- \S)/.test(line);

const isComment = (line: string | undefined): boolean => line !== undefined && /^\s*\/\/|\*\/\s*$/.test(line);

describe("documentation", () => {
  test("the first line of each file says what it is", () => {
    const violations = everything
      .filter(({ text }) => !text.replace(/^#!.*\n/, "").startsWith("/**"))
      .map(({ path }) => `${path}: expected a doc comment on the first line; say in one sentence what the file is`);
    expect(violations).toEqual([]);
  });

  test("each exported declaration has a doc comment", () => {
    const violations = inner.flatMap((file) =>
      exportsOf(file)
        .filter(({ documented }) => !documented)
        .map(
          ({ name, line }) =>
            `${file.path}:${line}: expected a doc comment on the line above ${name}; say what it is, its shapes, units and errors`,
        ),
    );
    expect(violations).toEqual([]);
  });

  test("nothing is exported again from another file, but for the package's entry points", () => {
    const violations = inner.flatMap((file) =>
      file.tree.statements
        .filter((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined)
        .map(
          (statement) =>
            `${file.path}:${lineOf(file, statement)}: expected an import where it is used, got a re-export; import the file itself`,
        ),
    );
    expect(violations).toEqual([]);
  });
});

describe("types", () => {
  test("any is not used", () => {
    const violations: string[] = [];
    for (const file of everything) {
      visit(file.tree, (node) => {
        if (node.kind !== ts.SyntaxKind.AnyKeyword) return;
        violations.push(`${file.path}:${lineOf(file, node)}: expected a type, got any; use unknown and narrow it`);
      });
    }
    expect(violations).toEqual([]);
  });

  test("the checker is not silenced", () => {
    const violations = everything.flatMap(({ path, text }) =>
      text
        .split("\n")
        .flatMap((line, index) =>
          silences(line)
            ? [
                `${path}:${index + 1}: expected the error to be repaired, got a comment that hides it; in a test of types use @ts-expect-error, for lint add " -- reason"`,
              ]
            : [],
        ),
    );
    expect(violations).toEqual([]);
  });
});

describe("tests", () => {
  const suites = ["describe", "test", "it", "suite"];
  const rootName = (node: ts.Expression): string =>
    ts.isPropertyAccessExpression(node) || ts.isCallExpression(node) ? rootName(node.expression) : node.getText();

  test("none is left out without a reason, and none runs alone", () => {
    const violations: string[] = [];
    for (const file of readSources("test")) {
      const lines = file.text.split("\n");
      visit(file.tree, (node) => {
        if (!ts.isPropertyAccessExpression(node) || !suites.includes(rootName(node.expression))) return;
        const line = lineOf(file, node);
        const name = node.name.text;
        if (name === "only" || name === "todo") {
          violations.push(`${file.path}:${line}: expected every test to run, got .${name}; remove it`);
        } else if (["skip", "skipIf", "runIf"].includes(name) && !isComment(lines[line - 2]) && !/ \/\/ \S/.test(lines[line - 1]!)) {
          violations.push(`${file.path}:${line}: expected the reason in a comment on the line above .${name}; add it, or let the test run`);
        }
      });
    }
    expect(violations).toEqual([]);
  });
});
