/** The replay buffer: what is remembered, and which groups are taken from it. */
import { describe, expect, test } from "vitest";
import { remembering, withReplays, type ReplayBuffer, type ReplayOptions } from "../../../src/rollouts/batches/replay.ts";
import type { GroupAssignment } from "../../../src/rollouts/batches/group-assignment.ts";
import type { Prompt } from "../../../src/tasks/task.ts";
import { rolloutGrid } from "../../fixtures/rollouts.ts";

const prompts: Prompt[] = Array.from({ length: 20 }, (_, index) => ({ index, text: `${index}=`, reference: "0" }));
const student = (index: number): GroupAssignment => ({ source: "student", prompt: prompts[index]! });
const references: GroupAssignment = { source: "data", prompts: [prompts[8]!, prompts[9]!] };
const group = (prompt: number, version = 0): ReplayBuffer[number] => ({
  prompt,
  version,
  completions: [
    { tokens: [prompt, 1], logProbs: [-0.5, -0.25] },
    { tokens: [prompt], logProbs: [-1] },
  ],
});
const buffer = [10, 11, 12, 13].map((prompt) => group(prompt));
const options: ReplayOptions = { seed: 1, step: 5, capacity: 4, fresh: 0.5, mixing: "sequence", prompts };
const replayed = (assignments: readonly GroupAssignment[]): number[] =>
  assignments.flatMap((assignment) => (assignment.source === "replay" ? [assignment.group.prompt] : []));
const four = [student(0), student(1), student(2), student(3)];

describe("group assignments of a step", () => {
  test("are all fresh until the buffer is full, and when the share of fresh ones is 1", () => {
    expect(withReplays(four, buffer.slice(1), { ...options, fresh: 0 })).toEqual(four);
    for (const mixing of ["step", "sequence"] as const) {
      for (let step = 1; step <= 50; step += 1) expect(withReplays(four, buffer, { ...options, step, mixing, fresh: 1 })).toEqual(four);
    }
  });

  test("are the buffer's when the share is 0, each group once, with its own prompt; others' groups stay", () => {
    const assignments = withReplays([student(0), references, student(1)], buffer, { ...options, fresh: 0 });
    expect(assignments[1]).toEqual(references);
    for (const assignment of [assignments[0]!, assignments[2]!]) {
      if (assignment.source !== "replay") throw new Error(`expected a replay, got ${assignment.source}`);
      expect(buffer).toContainEqual(assignment.group);
      expect(assignment.prompt).toEqual(prompts[assignment.group.prompt]);
    }
    expect(new Set(replayed(assignments)).size).toBe(2);
    expect(new Set(replayed(withReplays(four, buffer, { ...options, fresh: 0 })))).toEqual(new Set([10, 11, 12, 13]));
  });

  test("are fresh when the step has more than the buffer", () => {
    const assignments = withReplays([...four, student(4)], buffer, { ...options, fresh: 0 });
    expect(replayed(assignments)).toHaveLength(4);
    expect(assignments[4]).toEqual(student(4));
  });

  test("depend on coordinates and buffer alone", () => {
    const at = (changes: Partial<ReplayOptions>): number[] => replayed(withReplays(four, buffer, { ...options, fresh: 0, ...changes }));
    expect(at({})).toEqual(at({}));
    const orders = [1, 2, 3, 4, 5, 6].map((step) => at({ step }).join());
    expect(new Set(orders).size).toBeGreaterThan(2);
    expect([1, 2, 3, 4, 5, 6].map((step) => at({ step, seed: 2 }).join())).not.toEqual(orders);
  });

  test("are replayed as often as the share says, whole steps or single groups; every group is taken alike", () => {
    const steps = Array.from({ length: 1000 }, (_, i) => i + 1);
    for (const mixing of ["step", "sequence"] as const) {
      const counts = steps.map((step) => replayed(withReplays(four, buffer, { ...options, step, mixing, fresh: 0.3 })).length);
      const share = counts.reduce((a, b) => a + b, 0) / 4000;
      // 5 standard deviations of 1000 coins.
      expect(Math.abs(share - 0.7)).toBeLessThan(0.073);
      expect(counts.some((count) => count > 0 && count < 4)).toBe(mixing === "sequence");
    }
    const first = steps.map((step) => replayed(withReplays([student(0)], buffer, { ...options, step, fresh: 0 }))[0]!);
    for (const { prompt } of buffer) {
      expect(Math.abs(first.filter((taken) => taken === prompt).length / 1000 - 0.25)).toBeLessThan(0.07);
    }
  });
});

describe("the buffer after a step", () => {
  const rollouts = rolloutGrid(3, 2);
  const assignments: GroupAssignment[] = [student(0), { source: "replay", prompt: prompts[10]!, group: group(10) }, student(2)];

  test("has what the student drew, in order of the assignments, as plain data", () => {
    const after = remembering([], assignments, rollouts.toReversed(), 4);
    expect(after).toEqual(
      [0, 2].map((prompt) => ({
        prompt,
        version: 0,
        completions: [0, 1].map((sample) => ({ tokens: [sample, prompt, 1], logProbs: [-0.1, -0.2, -0.3].map(Math.fround) })),
      })),
    );
    expect(JSON.parse(JSON.stringify(after))).toEqual(after);
  });

  test("loses its oldest groups when it is full", () => {
    expect(remembering(buffer, assignments, rollouts, 4).map(({ prompt }) => prompt)).toEqual([12, 13, 0, 2]);
    expect(remembering(buffer, assignments, rollouts, 1).map(({ prompt }) => prompt)).toEqual([2]);
    expect(remembering(buffer, [references, references, references], rollouts, 4)).toEqual(buffer);
  });
});
