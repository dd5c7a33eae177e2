/** Tests of what is measured of student and teacher at every position, against plain doubles. */
import { describe, expect, test } from "vitest";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { reverseKl } from "../../../src/objectives/divergences/reverse-kl.ts";
import { likeliestIds, overlap, tokenAgreement } from "../../../src/training/learner/token-agreement.ts";
import { agreementOf, logSoftmax, nucleusOf, rowsOf } from "../../fixtures/distributions.ts";
import { compute, engines, floats, ints, noise, type Evaluate } from "../../laws/evaluate.ts";

const divergences = [forwardKl, reverseKl];

const expectAgreement = async (
  evaluate: Evaluate,
  shape: readonly [number, number, number],
  scale: number,
  chunk?: number,
): Promise<void> => {
  const V = shape[2];
  const logits = noise("student", shape, scale);
  const teacher = rowsOf(noise("teacher", shape, scale).data, V).map((row) => logSoftmax(row).map(Math.fround));
  const student = rowsOf(logits.data, V).map(logSoftmax);
  const found = await compute(evaluate, { logits, teacher: floats(shape, teacher.flat()) }, (inputs) =>
    tokenAgreement(inputs.teacher!, inputs.logits!, { divergences, topK: 3 }, chunk),
  );
  const byHand = teacher.map((row, at) => agreementOf(row, student[at]!, 3));
  expect(Object.keys(found).toSorted()).toEqual(Object.keys(byHand[0]!).toSorted());
  for (const [name, values] of Object.entries(found)) {
    expect(values, name).toHaveLength(shape[0] * shape[1]);
    if (!name.endsWith("nucleus-mass"))
      for (const [at, value] of [...values].entries()) expect(value, name).toBeCloseTo(byHand[at]![name]!, 4);
  }
  for (const [name, whose, of] of [
    ["nucleus-mass", student, teacher],
    ["teacher-nucleus-mass", teacher, student],
  ] as const) {
    for (const [at, value] of [...found[name]!].entries()) {
      const most = nucleusOf(of[at]!, 0.9, 1 / 256).reduce((mass, id) => mass + Math.exp(whose[at]![id]!), 0);
      expect(value, name).toBeGreaterThan(byHand[at]![name]! - 1e-5);
      expect(value, name).toBeLessThan(most + 1e-5);
    }
  }
};

describe.each(engines)("on $name", ({ evaluate }) => {
  test.each([0.1, 2, 8])("is divergences, entropies, masses and overlap by hand, of logits with deviation %d", (scale) =>
    expectAgreement(evaluate, [3, 4, 50], scale),
  );

  test("is the same in chunks, whatever is left for the last one", async () => {
    for (const chunk of [1, 5]) await expectAgreement(evaluate, [2, 3, 50], 2, chunk);
  });

  test("leaves the overlap out when it is not asked for", async () => {
    const values = { logits: noise("student", [1, 2, 4]), teacher: noise("teacher", [1, 2, 4]) };
    const found = await compute(evaluate, values, (inputs) =>
      tokenAgreement(inputs.teacher!, inputs.logits!, { divergences: [], topK: undefined }),
    );
    expect(Object.keys(found)).toEqual(["entropy", "teacher-entropy", "nucleus-mass", "teacher-nucleus-mass"]);
  });

  test("overlap is the share of ids that both have, in any order", async () => {
    const values = { first: ints([2, 2], [0, 3, 1, 2]), logits: floats([2, 4], [5, 0, 1, 2, 5, 4, 0, 1]) };
    const { ids, share } = await compute(evaluate, values, (inputs) => ({
      ids: likeliestIds(inputs.logits!, 2),
      share: overlap(inputs.first!, likeliestIds(inputs.logits!, 2)),
    }));
    expect([...ids]).toEqual([0, 3, 0, 1]);
    expect([...share]).toEqual([1, 0.5]);
  });
});
