/** Watching a run: counts over the whole run, a warning in each streak, and a stop at the end of the patience. */
import { expect, test } from "vitest";
import type { Check, StepFacts } from "../../../src/training/checks/check.ts";
import { CheckError, watch, type Watched } from "../../../src/training/checks/watch.ts";
import { healthyFacts } from "../../fixtures/facts.ts";

/** Finds as many values as the metric says. */
const check = (name: string, patience: number): Check => ({
  name,
  patience,
  remedy: "mend it",
  inspect({ metrics }) {
    const count = metrics[name] ?? 0;
    return count === 0 ? undefined : { count, seen: `${count} are wrong` };
  },
});

/** Steps from 1 on with these numbers of findings. */
const watched = (checks: readonly Check[], steps: readonly Readonly<Record<string, number>>[]): Watched[] => {
  const all: Watched[] = [];
  for (const [index, metrics] of steps.entries()) {
    const facts: StepFacts = { ...healthyFacts(), step: index + 1, metrics };
    all.push(watch(checks, facts, JSON.parse(JSON.stringify(all.at(-1)?.state ?? {})) as Watched["state"]));
  }
  return all;
};

test("findings are counted over the run, streaks end with a sound step", () => {
  const all = watched([check("a", 9), check("b", 9)], [{ a: 2 }, { a: 3, b: 1 }, {}, { a: 1 }]);
  expect(all.map(({ metrics }) => metrics)).toEqual([
    { "checks/a": 2, "checks/b": 0 },
    { "checks/a": 5, "checks/b": 1 },
    { "checks/a": 5, "checks/b": 1 },
    { "checks/a": 6, "checks/b": 1 },
  ]);
  expect(all.map(({ state }) => state["a"]?.streak)).toEqual([1, 2, 0, 1]);
  expect(all.every(({ failure }) => failure === undefined)).toBe(true);
});

test("a check without patience stops the run at once, and says what, when and what to do", () => {
  const [first] = watched([check("a", 1)], [{ a: 2 }]);
  expect(first?.failure).toBeInstanceOf(CheckError);
  expect(first?.failure?.message).toBe("step 1: 2 are wrong; mend it. Or give training.checks.a another value; 0 turns this check off");
  expect(first?.warnings).toEqual([]);
});

test("a patient check warns once in each streak, at a tenth, and stops at its end", () => {
  const bad = { a: 1 };
  const all = watched([check("a", 20)], [bad, bad, bad, {}, ...Array.from({ length: 20 }, () => bad)]);
  const warned = all.flatMap(({ warnings }, index) => warnings.map(({ check: name, message }) => [index + 1, name, message]));
  expect(warned).toEqual([
    [2, "a", "steps 1 to 2: 1 are wrong; mend it. After 20 such steps in a row the run stops (training.checks.a)"],
    [6, "a", "steps 5 to 6: 1 are wrong; mend it. After 20 such steps in a row the run stops (training.checks.a)"],
  ]);
  expect(all.findIndex(({ failure }) => failure !== undefined)).toBe(23);
  expect(all.at(-1)?.failure?.message).toMatch(/^steps 5 to 24: 1 are wrong; mend it\./u);
});

test("all checks that fail at one step are said", () => {
  const [first] = watched([check("a", 1), check("b", 1), check("c", 1)], [{ a: 1, c: 4 }]);
  expect(first?.failure?.message.split("\n")).toEqual([
    expect.stringContaining("1 are wrong; mend it. Or give training.checks.a"),
    expect.stringContaining("4 are wrong; mend it. Or give training.checks.c"),
  ]);
});

test("a check that stops nothing warns at the first step of a streak", () => {
  const all = watched([check("a", Infinity)], [{ a: 1 }, { a: 1 }, {}]);
  expect(all.map(({ warnings }) => warnings.map(({ message }) => message))).toEqual([
    ["step 1: 1 are wrong; mend it. This stops nothing (training.checks.a)"],
    [],
    [],
  ]);
  expect(all.every(({ failure }) => failure === undefined)).toBe(true);
});
