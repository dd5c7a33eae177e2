/** Collating: where each token, target, mask and teacher score of a row goes. */
import { describe, expect, test } from "vitest";
import { batchSpecs, collate, type BatchShape } from "../../../src/training/batch/collate.ts";
import type { Row } from "../../../src/training/batch/row.ts";
import type { Signal } from "../../../src/objectives/objective.ts";
import { sizeOf } from "../../../src/engine/program.ts";
import { rolloutAt } from "../../fixtures/rollouts.ts";

const shape: BatchShape = { size: 2, prompt: 3, completion: 3, vocabularySize: 3 };
/** Padding and end-of-sequence are one token here: only positions tell them apart. */
const padId = 1;
const step = { progress: 0.25, controlled: 0.5 };

const row = (promptTokens: readonly number[], tokens: readonly number[], changes: Partial<Row> = {}): Row => ({
  rollout: { ...rolloutAt(0, 0), promptTokens: Int32Array.from(promptTokens), tokens: Int32Array.from(tokens) },
  answers: { teacher: { logProbs: Float32Array.from({ length: tokens.length * shape.vocabularySize }, (_, i) => -1 - i) } },
  reward: 0,
  advantage: 0,
  ...changes,
});

const rows = [row([7, 8, 9], [2, 0, 1], { advantage: 0.5 }), row([1], [1, 1], { advantage: -2 })];

describe("a batch", () => {
  const batch = collate(rows, shape, ["teacherLogProbs", "advantages"], padId, step);

  test("holds the sequences without their last tokens, all prompts ending at one position", () => {
    expect(Array.from(batch["tokens"]!)).toEqual([7, 8, 9, 2, 0, 1, 1, 1, 1, 1]);
    expect(Array.from(batch["positions"]!)).toEqual([0, 1, 2, 3, 4, 0, 0, 0, 1, 0]);
    expect(Array.from(batch["mask"]!)).toEqual([1, 1, 1, 1, 1, 0, 0, 1, 1, 0]);
    expect(Array.from(batch["prompt"]!)).toEqual([1, 1, 1, 0, 0, 0, 0, 1, 0, 0]);
  });

  test("has the completions as targets, from the position of the prompts' ends on", () => {
    expect(Array.from(batch["targets"]!)).toEqual([2, 0, 1, 1, 1, 1]);
  });

  test("masks the completion by position: its end-of-sequence counts, padding of the same id does not", () => {
    expect(Array.from(batch["completionMask"]!)).toEqual([1, 1, 1, 1, 1, 0]);
  });

  test("has the teacher's row i where completion token i is the target", () => {
    const given = [-1, -2, -3, -4, -5, -6, -7, -8, -9];
    expect(Array.from(batch["teacherLogProbs"]!)).toEqual([...given, ...given.slice(0, 6), 0, 0, 0]);
  });

  test("has one advantage a row", () => {
    expect(Array.from(batch["advantages"]!)).toEqual([0.5, -2]);
  });

  test("is of the shapes that the update program takes", () => {
    const specs = batchSpecs(shape, ["teacherLogProbs", "advantages"]);
    expect(Object.keys(batch).toSorted()).toEqual(Object.keys(specs).toSorted());
    for (const [name, spec] of Object.entries(specs)) {
      expect(batch[name]!.length).toBe(sizeOf(spec.shape));
      expect(batch[name]!.constructor).toBe(spec.dtype === "int32" ? Int32Array : Float32Array);
    }
  });

  test("holds only what the objective reads", () => {
    const names = ["tokens", "positions", "mask", "prompt", "targets", "completionMask"];
    const bare = rows.map((one) => ({ ...one, answers: {} }));
    expect(Object.keys(collate(bare, shape, [], padId, step))).toEqual(names);
    expect(Object.keys(batchSpecs(shape, []))).toEqual(names);
    expect(Object.keys(collate(bare, shape, ["advantages"], padId, step))).toEqual([...names, "advantages"]);
  });
});

describe("signals", () => {
  const behaviorLogProbs = Float32Array.of(-1, -2, -3);
  const student = row([7, 8], [2, 0, 1], { reward: 3, answers: { reference: { logProbs: Float32Array.of(-4, -5, -6) } } });
  const mixed: Row[] = [
    { ...student, rollout: { ...student.rollout, source: "student", behaviorLogProbs } },
    row([1], [1, 1], { rollout: { ...row([1], [1, 1]).rollout, source: "data", behaviorLogProbs: new Float32Array(2) } }),
  ];
  const of = (...signals: readonly Signal[]) => collate(mixed, shape, signals, padId, step);

  test("tell who sampled a sequence, and its reward", () => {
    const batch = of("fromStudent", "rewards");
    expect(Array.from(batch["fromStudent"]!)).toEqual([1, 0]);
    expect(Array.from(batch["rewards"]!)).toEqual([3, 0]);
  });

  test("put log-probs of tokens where the token is the target; references have none under the reference policy", () => {
    const batch = of("behaviorLogProbs", "referenceLogProbs");
    expect(Array.from(batch["behaviorLogProbs"]!)).toEqual([-1, -2, -3, 0, 0, 0]);
    expect(Array.from(batch["referenceLogProbs"]!)).toEqual([-4, -5, -6, 0, 0, 0]);
    const without = { ...mixed[0]!, answers: {} };
    expect(() => collate([without, mixed[1]!], shape, ["referenceLogProbs"], padId, step)).toThrow(
      /expected reference log-probs, got none/u,
    );
  });

  test("hold the teacher's top-k side by side", () => {
    const scored = mixed.map((item) => {
      const count = item.rollout.tokens.length * 2;
      return { ...item, answers: { teacher: { logProbs: new Float32Array(count).fill(-1), ids: new Int32Array(count).fill(2) } } };
    });
    const signals = ["teacherTopKIds", "teacherTopKLogProbs"] as const;
    const batch = collate(scored, { ...shape, topK: 2 }, signals, padId, step);
    expect(Array.from(batch["teacherTopKIds"]!)).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0]);
    expect(batch["teacherTopKIds"]).toBeInstanceOf(Int32Array);
    expect(() => collate(scored, shape, signals, padId, step)).toThrow(/shape to say topK/u);
    expect(() => collate(mixed, { ...shape, topK: 2 }, signals, padId, step)).toThrow(/top-k ids, got none/u);
  });

  test("hold the step's own numbers; the student's values are not among them", () => {
    const batch = of("progress", "controlled", "values");
    expect([Array.from(batch["progress"]!), Array.from(batch["controlled"]!)]).toEqual([[0.25], [0.5]]);
    expect(batch).not.toHaveProperty("values");
    expect(Object.keys(batchSpecs(shape, ["progress", "values"]))).not.toContain("values");
  });
});

test("a batch that is not full repeats its first row, which counts for nothing the second time", () => {
  const [first] = rows;
  const batch = collate([first!], shape, ["rewards"], padId, step);
  const whole = collate([first!, first!], shape, ["rewards"], padId, step);
  for (const name of ["tokens", "mask", "targets", "rewards"]) expect(batch[name]).toEqual(whole[name]);
  const wholeMask = Array.from(whole["completionMask"]!);
  expect(Array.from(batch["completionMask"]!)).toEqual([...wholeMask.slice(0, 3), 0, 0, 0]);
});

test("a batch of whole sequences has their last tokens too", () => {
  const batch = collate(rows, { ...shape, whole: true }, [], padId, step);
  expect(Array.from(batch["tokens"]!)).toEqual([7, 8, 9, 2, 0, 1, 1, 1, 1, 1, 1, 1]);
  expect(Array.from(batch["positions"]!)).toEqual([0, 1, 2, 3, 4, 5, 0, 0, 0, 1, 2, 0]);
  expect(Array.from(batch["mask"]!)).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0]);
  expect(Array.from(batch["targets"]!)).toEqual([2, 0, 1, 1, 1, 1]);
  expect(Array.from(batch["completionMask"]!)).toEqual([1, 1, 1, 1, 1, 0]);
});

describe("collate refuses", () => {
  test("no rows, or more than the batch has", () => {
    expect(() => collate([], shape, [], padId, step)).toThrow(new RangeError("collate: expected 1 to 2 sequences, got 0"));
    expect(() => collate([...rows, ...rows], shape, [], padId, step)).toThrow(RangeError);
  });

  test("a prompt or a completion that is too long", () => {
    expect(() => collate([rows[0]!, row([1, 2, 3, 4], [5])], shape, [], padId, step)).toThrow(
      new RangeError("collate: expected at most 3 tokens of a prompt, got 4"),
    );
    expect(() => collate([rows[0]!, row([1], [5, 6, 7, 8])], shape, [], padId, step)).toThrow(
      new RangeError("collate: expected at most 3 tokens of a completion, got 4"),
    );
  });

  test("teacher scores that are missing or of another size", () => {
    const bare = { ...rows[0]!, answers: {} };
    expect(() => collate([bare, rows[1]!], shape, ["teacherLogProbs"], padId, step)).toThrow(
      new RangeError("collate: expected teacher log-probs, got none"),
    );
    const short = { ...rows[0]!, answers: { teacher: { logProbs: new Float32Array(6) } } };
    expect(() => collate([short, rows[1]!], shape, ["teacherLogProbs"], padId, step)).toThrow(/expected 3 x 3 teacher log-probs, got 6/u);
  });
});
