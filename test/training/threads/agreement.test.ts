/** Agreement of a student with its teacher, on tables whose distributions are written down. */
import { afterAll, describe, expect, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import { policies } from "../../../src/policies/families/index.ts";
import type { Weights } from "../../../src/policies/policy.ts";
import type { Rollout } from "../../../src/rollouts/batches/rollout.ts";
import { Agreement } from "../../../src/training/threads/agreement.ts";

const size = 4;
const policy = policies.create({ type: "ngram", order: 2 }, { vocabularySize: size, contextLength: 8 });
/** The table with these probabilities after each token; uniform after those that are not named. */
const table = (after: Readonly<Record<number, readonly number[]>>): Weights => ({
  "ngram.logits": Float32Array.from(
    Array.from({ length: size + 1 }, (_, token) => after[token] ?? [0.25, 0.25, 0.25, 0.25])
      .flat()
      .map(Math.log),
  ),
});

const taught = [0.7, 0.2, 0.05, 0.05];
const said = [0.1, 0.3, 0.4, 0.2];
const rollout = (promptTokens: readonly number[], tokens: readonly number[]): Rollout => ({
  prompt: { index: 0, text: "", reference: "" },
  order: { prompt: 0, sample: 0 },
  promptTokens: Int32Array.from(promptTokens),
  tokens: Int32Array.from(tokens),
  behaviorLogProbs: new Float32Array(tokens.length),
  finish: "stop",
  text: "",
  version: 0,
  source: "student",
});
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const entropyOf = (values: readonly number[]): number => -sum(values.map((p) => p * Math.log(p)));
const klOf = (p: readonly number[], q: readonly number[]): number => sum(p.map((x, i) => x * Math.log(x / q[i]!)));
const values = {
  divergences: [{ type: "forward-kl" }, { type: "reverse-kl" }, { type: "jsd", beta: 0.5, scale: "paper" }],
  topK: 2,
} as const;

describe.each(["cpu", "onnx"] as const)("agreement on %s", async (name) => {
  const engine = await openEngine(name, { threads: 1 });
  afterAll(() => engine.dispose());
  const open = (teacher: Weights, student?: Weights, temperature = 1, batch = 2): Agreement => {
    const agreement = new Agreement(engine, { student: policy, teacher: policy, temperature, batch, length: 5, padId: 0 }, teacher);
    if (student !== undefined) agreement.load(student);
    return agreement;
  };
  const everywhere = (row: readonly number[]): Weights => table({ 0: row, 1: row, 2: row, 3: row });

  test("is the divergences, entropies and the overlap of what both say", async () => {
    const means = await open(everywhere(taught), everywhere(said)).measure([rollout([1], [2, 3, 0])], values);
    expect(Object.keys(means).toSorted()).toEqual(
      [
        "entropy",
        "forward-kl",
        "jsd-0.5",
        "reverse-kl",
        "teacher-entropy",
        "top-2-overlap",
        "nucleus-mass",
        "teacher-nucleus-mass",
      ].toSorted(),
    );
    // The golden values of these two distributions.
    expect(means["forward-kl"]).toBeCloseTo(1.1078, 4);
    expect(means["reverse-kl"]).toBeCloseTo(1.0361, 4);
    expect(means["jsd-0.5"]).toBeCloseTo(0.233149, 5);
    expect(means["entropy"]).toBeCloseTo(entropyOf(said), 5);
    expect(means["teacher-entropy"]).toBeCloseTo(entropyOf(taught), 5);
    // The likeliest two: 0 and 1 of the teacher, 2 and 1 of the student.
    expect(means["top-2-overlap"]).toBeCloseTo(0.5, 6);
    const others = await open(everywhere(taught), everywhere([0.2, 0.1, 0.4, 0.3])).measure([rollout([1], [2])], values);
    expect(others["top-2-overlap"]).toBe(0);
    // Tokens 0 and 1 have 0.95 of the teacher, 2, 1 and 3 of the student.
    const far = open(everywhere([0.6, 0.35, 0.03, 0.02]), everywhere([0.05, 0.3, 0.5, 0.15]));
    const masses = await far.measure([rollout([1], [2, 0])], values);
    expect(masses["nucleus-mass"]).toBeCloseTo(0.35, 5);
    expect(masses["teacher-nucleus-mass"]).toBeCloseTo(0.4, 5);
  });

  test("is a mean over the tokens of completions alone, whatever is in prompts, behind them, and in the same pass", async () => {
    // They differ after token 3 alone: 2 of the 6 completion tokens follow one.
    const [teacher, student] = [table({ 3: taught }), table({ 3: said })];
    const rollouts = [rollout([3, 3, 1], [0, 0]), rollout([2, 3], [3, 1, 0]), rollout([3, 0], [3])];
    const expected = (2 * klOf(taught, said)) / 6;
    for (const batch of [1, 2, 3]) {
      const means = await open(teacher, student, 1, batch).measure(rollouts, values);
      expect(means["forward-kl"]).toBeCloseTo(expected, 5);
      expect(means["entropy"]).toBeCloseTo((4 * Math.log(4) + 2 * entropyOf(said)) / 6, 5);
    }
  });

  test("is with the teacher at its temperature, and with the newest weights of the student", async () => {
    const agreement = open(everywhere(taught), everywhere(taught), 0.5);
    const squares = taught.map((p) => p ** 2);
    const sharper = squares.map((p) => p / sum(squares));
    const before = await agreement.measure([rollout([1], [2])], values);
    expect(before["forward-kl"]).toBeCloseTo(klOf(sharper, taught), 5);
    expect(before["teacher-entropy"]).toBeCloseTo(entropyOf(sharper), 5);
    agreement.load(everywhere(sharper));
    const after = await agreement.measure([rollout([1], [2])], values);
    expect(after["forward-kl"]).toBeCloseTo(0, 5);
    expect(after["top-2-overlap"]).toBe(1);
  });

  test("needs weights, and sequences that fit", async () => {
    await expect(open(everywhere(taught)).measure([rollout([1], [2])], values)).rejects.toThrow(
      "agreement: expected weights of the student, got none; load them",
    );
    const long = rollout([1, 1, 1], [1, 1, 1, 1]);
    await expect(open(everywhere(taught), everywhere(said)).measure([long], values)).rejects.toThrow(RangeError);
  });
});
