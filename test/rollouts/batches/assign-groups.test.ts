/** Where a step's sequences come from: a function of coordinates alone. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GroupAssignment } from "../../../src/rollouts/batches/group-assignment.ts";
import { source, type SourceOptions } from "../../../src/rollouts/batches/assign-groups.ts";
import type { Prompt } from "../../../src/tasks/task.ts";

const prompts = (count: number): Prompt[] => Array.from({ length: count }, (_, index) => ({ index, text: `${index}=`, reference: "0" }));

type Options = SourceOptions & { readonly onPolicyFraction: number };

const options: Options = {
  seed: 1,
  prompts: prompts(10),
  batch: 8,
  group: 2,
  onPolicyFraction: 0.5,
  offPolicy: "references",
  mixing: "step",
};

const indices = (assignments: readonly GroupAssignment[]): number[] =>
  assignments.flatMap((assignment) => ("prompt" in assignment ? [assignment.prompt.index] : assignment.prompts.map(({ index }) => index)));

const studentShare = (assignments: readonly (readonly GroupAssignment[])[]): number => {
  const all = assignments.flat();
  return all.filter(({ source: from }) => from === "student").length / all.length;
};

const steps = ({ onPolicyFraction, ...values }: Options, count: number): (readonly GroupAssignment[])[] => {
  const assignmentsAt = source(values);
  return Array.from({ length: count }, (_, i) => assignmentsAt(i + 1, onPolicyFraction));
};

describe("a step's group assignments", () => {
  test("do not depend on which steps were assigned before", () => {
    const settings = fc.record({
      seed: fc.integer({ min: 0, max: 1000 }),
      prompts: fc.integer({ min: 1, max: 40 }).map(prompts),
      group: fc.integer({ min: 1, max: 4 }),
      groups: fc.integer({ min: 1, max: 6 }),
      onPolicyFraction: fc.constantFrom(0, 0.5, 1),
      offPolicy: fc.constantFrom("references", "teacher"),
      mixing: fc.constantFrom("step", "sequence"),
      order: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(settings, ({ groups, order, ...rest }) => {
        const values = { ...rest, batch: rest.group * groups };
        const inOrder = steps(values, 30);
        const jumping = source(values);
        for (const step of order) expect(jumping(step, values.onPolicyFraction)).toEqual(inOrder[step - 1]);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test("fill the batch: one prompt for a group of the student's, a prompt for each reference", () => {
    for (const assignment of steps({ ...options, mixing: "sequence" }, 50).flat()) {
      if (assignment.source === "data") expect(assignment.prompts).toHaveLength(2);
    }
    for (const assignments of steps(options, 20)) expect(assignments).toHaveLength(4);
  });

  test("go through all references in each pass, in another order each time and for each seed", () => {
    const passes = (seed: number): number[][] => {
      const flat = indices(steps({ ...options, seed, onPolicyFraction: 0 }, 5).flat());
      return [0, 1, 2, 3].map((pass) => flat.slice(pass * 10, (pass + 1) * 10));
    };
    const all = passes(1);
    for (const pass of all) expect(pass.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(all.map((pass) => pass.join())).size).toBe(4);
    expect(passes(2)).not.toEqual(all);
  });

  test("give the student prompts of the same order, one of each group", () => {
    const data = indices(steps({ ...options, onPolicyFraction: 0 }, 10).flat());
    const student = indices(steps({ ...options, onPolicyFraction: 1 }, 10).flat());
    expect(student).toEqual(data.filter((_, i) => i % 2 === 0));
  });

  test("are the teacher's where references would be, when the teacher writes the rest", () => {
    const references = steps({ ...options, mixing: "sequence" }, 20).flat();
    const teachers = steps({ ...options, mixing: "sequence", offPolicy: "teacher" }, 20).flat();
    expect(teachers).toEqual(
      references.map((assignment) => (assignment.source === "data" ? { ...assignment, source: "teacher" } : assignment)),
    );
    expect(new Set(teachers.map(({ source: from }) => from))).toEqual(new Set(["student", "teacher"]));
  });

  test("reach every prompt in the student's turns, too", () => {
    expect(new Set(indices(steps({ ...options, onPolicyFraction: 1 }, 50).flat())).size).toBe(10);
  });
});

describe("lambda", () => {
  test.each(["step", "sequence"] as const)("is the share of the student's groups, with one coin for each %s", (mixing) => {
    expect(studentShare(steps({ ...options, mixing, onPolicyFraction: 0 }, 200))).toBe(0);
    expect(studentShare(steps({ ...options, mixing, onPolicyFraction: 1 }, 200))).toBe(1);
    // 5 standard deviations of the mean of 1000 steps' coins.
    const half = studentShare(steps({ ...options, mixing, onPolicyFraction: 0.5 }, 1000));
    expect(Math.abs(half - 0.5)).toBeLessThan(0.08);
    const fifth = studentShare(steps({ ...options, mixing, onPolicyFraction: 0.2 }, 1000));
    expect(Math.abs(fifth - 0.2)).toBeLessThan(0.07);
  });

  test("mixes whole steps or single groups", () => {
    const kinds = (mixing: "step" | "sequence"): number[] =>
      steps({ ...options, mixing }, 100).map((assignments) => new Set(assignments.map(({ source: from }) => from)).size);
    expect(kinds("step").every((count) => count === 1)).toBe(true);
    expect(kinds("sequence").some((count) => count === 2)).toBe(true);
  });

  test("may change from step to step, and the prompts stay where they are", () => {
    const assignmentsAt = source(options);
    const changing = Array.from({ length: 20 }, (_, i) => assignmentsAt(i + 1, i < 10 ? 0 : 1));
    expect(studentShare(changing.slice(0, 10))).toBe(0);
    expect(studentShare(changing.slice(10))).toBe(1);
    expect(changing[4]).toEqual(steps({ ...options, onPolicyFraction: 0 }, 5)[4]);
    expect(changing[14]).toEqual(steps({ ...options, onPolicyFraction: 1 }, 15)[14]);
  });

  test("a larger one keeps the student's groups of a smaller one", () => {
    const [small, large] = [0.3, 0.6].map((onPolicyFraction) => steps({ ...options, mixing: "sequence", onPolicyFraction }, 50).flat());
    small!.forEach((assignment, i) => {
      if (assignment.source === "student") expect(large![i]).toEqual(assignment);
    });
  });
});

test("no prompts, and a batch of broken groups, are refused", () => {
  expect(() => source({ ...options, prompts: [] })).toThrow(new RangeError("source: expected at least one training prompt, got none"));
  expect(() => source({ ...options, batch: 9 })).toThrow(
    new RangeError("source: expected the batch to be a multiple of the group of 2, got 9"),
  );
});
