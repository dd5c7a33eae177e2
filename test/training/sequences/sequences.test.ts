/** Which sequences each step learns from. */
import { describe, expect, test } from "vitest";
import { objectives } from "../../../src/objectives/index.ts";
import { objectiveOf } from "../../../src/objectives/objective-of.ts";
import type { Recipe } from "../../../src/training/recipe/recipe.ts";
import type { DataSettings } from "../../../src/training/recipe/training-settings.ts";
import {
  aheadTemperature,
  lookaheadOf,
  noSequences,
  sequencesOf,
  type Sequences,
  type SequenceState,
} from "../../../src/training/sequences/sequences.ts";
import { recipe, smallTask } from "../../fixtures/recipes.ts";
import { rolloutGrid } from "../../fixtures/rollouts.ts";

const task = smallTask();
const made = (data: Partial<DataSettings>, steps = 6): Sequences =>
  sequencesOf(recipe({ data: { ...recipe().data, ...data }, training: { ...recipe().training, steps } }), task);
const adaptive = { rise: 0.5, tolerance: 0, prompts: 3 };
const replay = { capacity: 8, fresh: 0 };
const sources = (sequences: Sequences, step: number, state: SequenceState = noSequences): string[] =>
  sequences.at(step, state).assignments.map(({ source }) => source);

describe("lambda", () => {
  test("is the same at every step, or on a ramp over the run", () => {
    const fractions = (sequences: Sequences): number[] => [1, 3, 5].map((step) => sequences.at(step, noSequences).fraction);
    expect(fractions(made({ onPolicyFraction: 0.25 }, 5))).toEqual([0.25, 0.25, 0.25]);
    expect(fractions(made({ onPolicyFraction: { from: 1, to: 0 } }, 5))).toEqual([1, 0.5, 0]);
  });

  test("decides who writes", () => {
    const ramp = made({ onPolicyFraction: { from: 1, to: 0 }, offPolicy: "teacher" });
    expect(sources(ramp, 1)).toEqual(["student", "student", "student", "student"]);
    expect(sources(ramp, 6)).toEqual(["teacher", "teacher", "teacher", "teacher"]);
  });

  test.each<[Partial<DataSettings>, boolean]>([
    [{ onPolicyFraction: 0 }, false],
    [{ onPolicyFraction: 0.1 }, true],
    [{ onPolicyFraction: { from: 0, to: 1 } }, true],
    [{ onPolicyFraction: 0, adaptive }, true],
  ])("says whether the student draws at some step: %j", (data, expected) => {
    expect(lookaheadOf(recipe({ data: { ...recipe().data, ...data } }))).toEqual({ maxStaleness: 0, steps: 6, studentDraws: expected });
  });

  test("rises after a worse validation loss when it is adaptive, and else not", () => {
    const rising = made({ onPolicyFraction: 0.25, adaptive });
    const state = rising.validated(rising.validated(noSequences, 1, 0), 1, 3);
    expect([noSequences, state].map((given) => rising.at(4, given).fraction)).toEqual([0.25, 0.75]);
    expect(rising.validated(state, 1, 3)).toEqual(state);
    expect(made({}).validated(noSequences, 1, 0)).toEqual(noSequences);
  });
});

test("an objective that compares has pairs of the data in every step, whatever lambda is", () => {
  const train = task.train.map((prompt) => ({ ...prompt, rejected: "0" }));
  const comparing = recipe({ objective: { type: "bradley-terry", center: 0 } });
  const sequences = sequencesOf(comparing, { ...task, train });
  expect([lookaheadOf(comparing).studentDraws, sequences.validation]).toEqual([false, []]);
  const { fraction, assignments } = sequences.at(2, noSequences);
  expect([fraction, assignments.length]).toEqual([0, 4]);
  for (const assignment of assignments) {
    if (assignment.source !== "data") throw new Error(`expected data, got ${assignment.source}`);
    const [better, worse] = assignment.prompts;
    expect([better!.text, worse!.reference]).toEqual([worse!.text, "0"]);
  }
  expect(sequences.learned(noSequences, assignments, [])).toBe(noSequences);
  expect(sequences.validated(noSequences, 1, 1)).toBe(noSequences);
});

describe("prompts", () => {
  const used = (sequences: Sequences): Set<number> =>
    new Set(
      Array.from({ length: 6 }, (_, i) => sequences.at(i + 1, noSequences).assignments)
        .flat()
        .flatMap((assignment) => ("prompt" in assignment ? [assignment.prompt.index] : assignment.prompts.map(({ index }) => index))),
    );
  const first = (count: number): Set<number> => new Set(Array.from({ length: count }, (_, i) => i));

  test("are all of the task's, or the first ones", () => {
    expect(used(made({ onPolicyFraction: 0 }))).toEqual(first(12));
    expect(used(made({ onPolicyFraction: 0, examples: 5 }))).toEqual(first(5));
    expect(made({ onPolicyFraction: 0 }).validation).toEqual([]);
  });

  test("that validate are the last ones, and nothing is learned from them", () => {
    const held = made({ onPolicyFraction: 0, adaptive });
    expect(held.validation.map(({ index }) => index)).toEqual([9, 10, 11]);
    expect(used(held)).toEqual(first(9));
    expect(made({ onPolicyFraction: 0, adaptive, examples: 2 }).validation.map(({ index }) => index)).toEqual([9, 10, 11]);
  });

  test("must be enough", () => {
    expect(() => made({ adaptive, examples: 10 })).toThrow(
      new RangeError("data: expected at most the task's 12 training prompts, got 10 to learn from and 3 to validate with"),
    );
    expect(() => made({ adaptive: { ...adaptive, prompts: 12 } })).toThrow("got 0 to learn from and 12 to validate with");
  });
});

describe("replay", () => {
  const drawn = rolloutGrid(4, 2);
  const full = (sequences: Sequences): SequenceState => sequences.learned(noSequences, sequences.at(1, noSequences).assignments, drawn);

  test("counts sequences, not groups, and takes what earlier steps drew", () => {
    const sequences = made({ replay });
    const state = full(sequences);
    expect(state.replay).toHaveLength(4);
    expect(sources(sequences, 2)).toEqual(["student", "student", "student", "student"]);
    expect(sources(sequences, 2, state)).toEqual(["replay", "replay", "replay", "replay"]);
    expect(sequences.learned(state, sequences.at(2, state).assignments, drawn)).toEqual(state);
  });

  test("follows the ramp of fresh ones", () => {
    const sequences = made({ replay: { capacity: 8, fresh: { from: 1, to: 0 } } });
    expect(sources(sequences, 1, full(sequences))).not.toContain("replay");
    expect(sources(sequences, 6, full(sequences))).not.toContain("student");
  });

  test("with all of them fresh, and left out, gives the same assignments; only the former remembers", () => {
    const [fresh, none] = [made({ replay: { capacity: 8, fresh: 1 } }), made({})];
    for (let step = 1; step <= 6; step += 1) expect(fresh.at(step, full(fresh))).toEqual(none.at(step, noSequences));
    expect(full(none)).toEqual(noSequences);
  });
});

test("the objective reads what importance weights are made of where the student draws ahead, and else what it needs alone", () => {
  const ahead = (maxStaleness: number, changes: Partial<Recipe> = {}): Recipe =>
    recipe({ rollouts: { ...recipe().rollouts, maxStaleness }, ...changes });
  const needs = (given: Recipe): readonly string[] => objectiveOf(given.objective, aheadTemperature(given)).needs;
  const own = objectives.create(recipe().objective).needs;
  expect(needs(ahead(2))).toEqual([...own, "behaviorLogProbs", "fromStudent"]);
  expect(needs(ahead(0))).toEqual(own);
  expect(needs(recipe())).toEqual(own);
  expect(needs(ahead(2, { data: { ...recipe().data, onPolicyFraction: 0 } }))).toEqual(own);
});
