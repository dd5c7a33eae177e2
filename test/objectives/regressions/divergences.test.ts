/**
 * Mistakes that public implementations of distillation made in their divergences. Each test computes the mistake's number in double precision beside
 * ours, at positions where the two differ.
 */
import { describe, expect, test } from "vitest";
import { distillation } from "../../../src/objectives/distillation.ts";
import type { Divergence } from "../../../src/objectives/divergences/divergence.ts";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { divergences } from "../../../src/objectives/divergences/index.ts";
import { jsd } from "../../../src/objectives/divergences/jsd.ts";
import { reverseKl } from "../../../src/objectives/divergences/reverse-kl.ts";
import { divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines, type Evaluate } from "../../laws/evaluate.ts";
import { objectiveProgram } from "../../laws/objective.laws.ts";
import { finiteDifferences, logSoftmax, mixtureJsd } from "../reference.ts";

const teacher = [0.7, 0.2, 0.05, 0.05];
const student = [0.1, 0.3, 0.4, 0.2];
const inputs = { teacher: Float32Array.from(teacher, Math.log), student: Float32Array.from(student, Math.log) };

const at = (evaluate: Evaluate, divergence: Divergence) => evaluate(divergenceProgram(divergence, [4]), inputs);

const kl = (p: readonly number[], q: readonly number[]): number => p.reduce((sum, x, i) => sum + x * Math.log(x / q[i]!), 0);

/** weight KL(teacher || M) + (1 - weight) KL(student || M), M = share teacher + (1 - share) student: right when both are beta. */
const mixed = (weight: number, share: number, p: readonly number[] = teacher, q: readonly number[] = student): number => {
  const m = p.map((x, i) => share * x + (1 - share) * q[i]!);
  return weight * kl(p, m) + (1 - weight) * kl(q, m);
};

const norm = (vector: ArrayLike<number>): number => Math.hypot(...Array.from(vector));

describe.each(engines)("not repeated on $name:", ({ evaluate }) => {
  test("a mixture of log-probs instead of probabilities (huggingface/trl issue 2202)", async () => {
    const mistake = mixtureJsd(0.5, (logP, logQ) => 0.5 * logP + 0.5 * logQ);
    expect(mistake(inputs.teacher, inputs.student)).toBeCloseTo(0.53596, 5);
    const { value, gradient } = await at(evaluate, jsd(0.5));
    expect(value[0]).toBeCloseTo(0.233149, 6);
    const wrong = finiteDifferences((z) => mistake(inputs.teacher, z), inputs.student);
    expect(norm(wrong.map((g, i) => g - gradient[i]!))).toBeGreaterThan(0.5 * norm(gradient));
  });

  test("the mixture's shares exchanged: beta student + (1 - beta) teacher (huggingface/trl pull 3043)", async () => {
    for (const [beta, right, mistake] of [
      [0.1, 0.093252, 0.690448],
      [0.9, 0.088557, 0.716149],
    ] as const) {
      expect(mixed(beta, 1 - beta)).toBeCloseTo(mistake, 6);
      expect((await at(evaluate, jsd(beta))).value[0]).toBeCloseTo(right, 6);
    }
    // At 0.5 nothing would be seen.
    expect(mixed(0.5, 1 - 0.5)).toBe(mixed(0.5, 0.5));
  });

  test("the weights of the two KLs exchanged, which is continuous and not equation 1 (modelscope/ms-swift issue 10078)", async () => {
    expect(mixed(0.9, 0.1)).toBeCloseTo(0.716149, 6);
    expect(mixed(1 - 1e-9, 1e-9)).toBeCloseTo(kl(teacher, student), 6);
    const { value, gradient } = await at(evaluate, jsd(0.1));
    expect(value[0]).toBeCloseTo(0.093252, 6);
    const exact = finiteDifferences((z) => mixed(0.1, 0.1, teacher, logSoftmax(z).map(Math.exp)), inputs.student);
    for (const [i, expected] of exact.entries()) expect(gradient[i]).toBeCloseTo(expected, 6);
  });

  test("beta counted from the student's side (jongwooko/distillm, js_distance): its lambda of 0.9 is a beta of 0.1", async () => {
    const jsDistance = (lambda: number): number => {
      const m = teacher.map((p, i) => (1 - lambda) * p + lambda * student[i]!);
      return lambda * kl(student, m) + (1 - lambda) * kl(teacher, m);
    };
    expect((await at(evaluate, jsd(0.1))).value[0]).toBeCloseTo(jsDistance(0.9), 6);
    expect(Math.abs((await at(evaluate, jsd(0.9))).value[0]! - jsDistance(0.9))).toBeGreaterThan(0.004);
  });

  test("ends of beta that mean the KLs, while the divergence beside them is all but zero (huggingface/trl issue 6780)", async () => {
    for (const [beta, exact, end] of [
      [1e-3, forwardKl, /use "forward-kl"/u],
      [1 - 1e-3, reverseKl, /use "reverse-kl"/u],
    ] as const) {
      const [near, limit] = [await at(evaluate, jsd(beta)), await at(evaluate, exact)];
      expect(near.value[0]! / limit.value[0]!).toBeCloseTo(1e-3, 5);
      expect(() => jsd(Math.round(beta))).toThrow(end);
      const normalized = await at(evaluate, jsd(beta, "normalized"));
      expect(normalized.value[0]! / limit.value[0]!).toBeCloseTo(1, 2);
    }
  });

  test("a beta near the end that all but switches the gradient off (verl-project/verl-recipe issue 151)", async () => {
    const reverse = norm((await at(evaluate, reverseKl)).gradient);
    expect(norm((await at(evaluate, jsd(0.9))).gradient) / reverse).toBeLessThan(0.09);
    for (const beta of [0.9, 0.999]) {
      const share = norm((await at(evaluate, jsd(beta, "normalized"))).gradient) / reverse;
      expect(share).toBeGreaterThan(0.8);
      expect(share).toBeLessThan(1.1);
    }
  });

  test("forward and reverse KL exchanged, as the arguments of kl_div invite (modelscope/twinkle pull 112)", async () => {
    expect((await at(evaluate, forwardKl)).value[0]).toBeCloseTo(kl(teacher, student), 6);
    expect((await at(evaluate, reverseKl)).value[0]).toBeCloseTo(kl(student, teacher), 6);
    expect(kl(teacher, student) - kl(student, teacher)).toBeGreaterThan(0.07);
    // A pair of mirrored distributions, a common test case, cannot tell them apart.
    expect(kl([0.9, 0.1], [0.1, 0.9])).toBeCloseTo(kl([0.1, 0.9], [0.9, 0.1]), 12);
  });

  test("the logarithm of a mixture that underflowed (linkedin/Liger-Kernel issue 769)", async () => {
    const far = { teacher: Float32Array.of(0, -200, -200), student: Float32Array.of(80, -80, -80) };
    // Of tokens that both give exp(-160) and less, float32 has only zeros to mix.
    expect(Math.log(0.5 * Math.fround(Math.exp(-200)) + 0.5 * Math.fround(Math.exp(-160)))).toBe(-Infinity);
    for (const beta of [0.1, 0.5]) {
      const { value, gradient } = await evaluate(divergenceProgram(jsd(beta), [3]), far);
      expect(value[0]).toBeCloseTo(0, 6);
      for (const slope of gradient) expect(slope).toBeCloseTo(0, 6);
    }
  });

  describe("a cross entropy to the tokens mixed in, at the sampling temperature (huggingface/trl pull 5731):", () => {
    const lossFor = (targets: readonly number[], teacherLogProbs: Float32Array) =>
      evaluate(objectiveProgram(distillation({ divergence: jsd(0.5) }), [1, 1, 4]), {
        studentLogits: inputs.student,
        teacherLogProbs,
        targets: Int32Array.from(targets),
        completionMask: Float32Array.of(1),
      });

    test("the loss is the divergence alone, whatever the targets are", async () => {
      const hot = (p: readonly number[]): number[] => logSoftmax(p.map((x) => Math.log(x) / 0.9)).map(Math.exp);
      const mistake = 0.5 * -Math.log(student[2]!) + 0.5 * mixed(0.5, 0.5, hot(teacher), hot(student));
      expect(mistake).toBeCloseTo(0.593683, 6);
      const [first, second] = [await lossFor([2], inputs.teacher), await lossFor([0], inputs.teacher)];
      expect(first["loss"]![0]).toBeCloseTo(mixed(0.5, 0.5), 6);
      expect(second["loss"]).toEqual(first["loss"]);
      expect(second["gradient"]).toEqual(first["gradient"]);
    });

    test("it is zero for a student that equals its teacher", async () => {
      const { loss, gradient } = await lossFor([2], inputs.student);
      expect(loss![0]).toBeCloseTo(0, 6);
      for (const slope of gradient!) expect(slope).toBeCloseTo(0, 6);
    });
  });
});

test.each([
  [0, "forward-kl"],
  [1, "reverse-kl"],
])("not repeated: beta %d clamped into the inside, where the loss is silently zero (verl-project/verl-recipe issue 151)", (beta, meant) => {
  const clamped = Math.min(1 - 1e-6, Math.max(1e-6, beta));
  expect(mixed(clamped, clamped)).toBeLessThan(2e-6);
  for (const scale of ["paper", "normalized"] as const) {
    expect(() => divergences.create({ type: "jsd", beta, scale })).toThrow(`use "${meant}"`);
  }
});
