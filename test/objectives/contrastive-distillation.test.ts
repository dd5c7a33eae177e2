/** Tests of contrastive distillation: the laws, which divergence falls on whose sequences, and the case in which it is distillation. */
import { describe, expect, test } from "vitest";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { contrastiveDistillation } from "../../src/objectives/contrastive-distillation.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import { forwardKl } from "../../src/objectives/divergences/forward-kl.ts";
import { reverseKl } from "../../src/objectives/divergences/reverse-kl.ts";
import { skewKl } from "../../src/objectives/divergences/skew-kl.ts";
import { skewReverseKl } from "../../src/objectives/divergences/skew-reverse-kl.ts";
import { engines } from "../laws/evaluate.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import { forwardKl as exactForwardKl, logSoftmax, reverseKl as exactReverseKl } from "./reference.ts";

/** [3, 2, 3]: the student's, another's, and the student's again with one token. */
const V = 3;
const studentLogits = Float32Array.of(0.5, -1, 2, 0, 1, 0, -2, 0.3, 1, 1, 0, -1, 0.2, 2, -1, 5, 5, 5);
const teacherLogits = [2, 0, -1, -1, 0, 2.5, 1, 1, 0, 0, 0.5, 3, -1, 0, 1, 0, 0, 0];
const at = (values: ArrayLike<number>, position: number): number[] => Array.from(values).slice(V * position, V * position + V);
const teacherLogProbs = Float32Array.from([0, 1, 2, 3, 4, 5].flatMap((position) => logSoftmax(at(teacherLogits, position))));
const batch = {
  studentLogits,
  teacherLogProbs,
  targets: new Int32Array(6),
  completionMask: Float32Array.of(1, 1, 1, 1, 1, 0),
  fromStudent: Float32Array.of(1, 0, 1),
  progress: Float32Array.of(0.5),
};
const metrics = ["objective/contrastive-distillation", "divergence/others", "divergence/student", "policy/entropy"];

const nats = (reference: typeof exactForwardKl, position: number): number =>
  reference(at(teacherLogProbs, position), at(studentLogits, position));

describe.each(engines)("contrastive distillation on $name", ({ evaluate }) => {
  const run = (objective: Parameters<typeof objectiveProgram>[0], changes: Partial<typeof batch> = {}) =>
    evaluate(objectiveProgram(objective, [3, 2, V]), { ...batch, ...changes });

  objectiveLaws(contrastiveDistillation(), { evaluate, metrics });
  objectiveLaws(
    contrastiveDistillation({
      othersDivergence: forwardKl,
      studentDivergence: reverseKl,
      studentWeight: { from: 0.5, to: 0.75, end: 0.5 },
      average: averages.token,
      studentTemperature: 0.7,
    }),
    { evaluate, metrics: [...metrics, "weight/student"] },
  );

  test("others' sequences weigh 1 - b times one divergence, the student's b times the other; both are averaged over the whole batch", async () => {
    const [others, own] = [nats(exactForwardKl, 2) + nats(exactForwardKl, 3), nats(exactReverseKl, 0) + nats(exactReverseKl, 1)];
    const single = nats(exactReverseKl, 4);
    const divergencesOf = { othersDivergence: forwardKl, studentDivergence: reverseKl };
    for (const [studentWeight, b] of [
      [0.2, 0.2],
      [{ from: 0, to: 1, end: 0.8 }, 0.625],
    ] as const) {
      const result = await run(contrastiveDistillation({ ...divergencesOf, studentWeight }));
      expect(result["loss"]![0]).toBeCloseTo(((1 - b) * (others / 2) + b * (own / 2 + single)) / 3, 5);
      expect(result["divergence/others"]![0]).toBeCloseTo(others / 2, 5);
      expect(result["divergence/student"]![0]).toBeCloseTo((own + single) / 3, 5);
    }
  });

  test("its own divergences are skew KL and skew reverse KL of .1, with half of the weight each", async () => {
    const [own, told] = await Promise.all([
      run(contrastiveDistillation()),
      run(contrastiveDistillation({ othersDivergence: skewKl(0.1), studentDivergence: skewReverseKl(0.1), studentWeight: 0.5 })),
    ]);
    expect(own).toEqual(told);
  });

  test("with equal divergences and b = 1/2 it is half of distillation, in value and gradient, whoever wrote what", async () => {
    const same = contrastiveDistillation({ othersDivergence: forwardKl, studentDivergence: forwardKl });
    const distilled = await run(distillation({ divergence: forwardKl }));
    for (const fromStudent of [Float32Array.of(1, 0, 1), Float32Array.of(0, 0, 0), Float32Array.of(1, 1, 1)]) {
      const own = await run(same, { fromStudent });
      expect(own["loss"]![0]).toBeCloseTo(distilled["loss"]![0]! / 2, 6);
      for (const [i, g] of distilled["gradient"]!.entries()) expect(own["gradient"]![i]).toBeCloseTo(g / 2, 6);
    }
  });

  test.each([
    [0, [0, 0, 1, 1, 0, 0]],
    [1, [1, 1, 0, 0, 1, 0]],
  ])("at b = %d only one source is learnt from", async (studentWeight, learnt) => {
    const { gradient } = await run(contrastiveDistillation({ studentWeight }));
    const sizes = learnt.map((_, position) => Math.max(...at(gradient!, position).map(Math.abs)));
    expect(sizes.map((size) => (size > 1e-3 ? 1 : size))).toEqual(learnt);
  });
});

test.each([
  [{ studentWeight: 1.5 }, /contrastive-distillation, studentWeight: expected a number in \[0, 1\], got 1.5/u],
  [{ studentTemperature: 0 }, /contrastive-distillation: expected a student temperature above 0/u],
])("%j is refused", (parameters, message) => {
  expect(() => contrastiveDistillation(parameters)).toThrow(message);
});
