/** Tests of how problems are written. */
import pc from "picocolors";
import { expect, test } from "vitest";
import { ExperimentError, formatProblem, type Problem } from "../../../src/experiments/file/problem.ts";

const inFile: Problem = { location: { file: "x.json", line: 7, column: 5 }, pointer: "/objective/alpah", message: 'unknown key "alpah"' };

test("a problem in a file is file:line:column: pointer: message", () => {
  expect(formatProblem(inFile)).toBe('x.json:7:5: /objective/alpah: unknown key "alpah"');
  expect(formatProblem({ ...inFile, pointer: "" })).toBe('x.json:7:5: unknown key "alpah"');
  expect(formatProblem({ ...inFile, location: { file: "x.json" }, pointer: "" })).toBe('x.json: unknown key "alpah"');
});

test("a problem on the command line shows the override, and the pointer where it is another", () => {
  const problem: Problem = { location: { override: "/objective/alpha=2" }, pointer: "/objective/alpha", message: "too large" };
  expect(formatProblem(problem)).toBe("command line: /objective/alpha=2: too large");
  expect(formatProblem({ ...problem, pointer: "/objective" })).toBe("command line: /objective/alpha=2: /objective: too large");
});

test("colours are added, never needed", () => {
  const colored = formatProblem(inFile, pc.createColors(true));
  expect(colored).not.toBe(formatProblem(inFile));
  expect(colored).toContain("\u001b[1mx.json:7:5\u001b[22m");
});

test("the error's message has every problem on its own line", () => {
  expect(new ExperimentError([inFile, inFile]).message.split("\n")).toHaveLength(2);
});
