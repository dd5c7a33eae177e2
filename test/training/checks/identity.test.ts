/** Tests of what is tried before the first step. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import { shapedAdvantages } from "../../../src/objectives/advantages/shaped.ts";
import { noBaseline } from "../../../src/objectives/baselines/none.ts";
import { distillation } from "../../../src/objectives/distillation.ts";
import type { Divergence } from "../../../src/objectives/divergences/divergence.ts";
import { divergences } from "../../../src/objectives/divergences/index.ts";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import type { Objective, Signal } from "../../../src/objectives/objective.ts";
import { reinforce } from "../../../src/objectives/reinforce.ts";
import { sft } from "../../../src/objectives/sft.ts";
import { weightedSum } from "../../../src/objectives/weighted-sum.ts";
import { checkIdentity } from "../../../src/training/checks/identity.ts";

const policyGradient = reinforce({ advantages: shapedAdvantages({ baseline: noBaseline }) });

/** Forward KL with one of its parts changed. */
const brokenKl = (formula: Divergence["formula"]): Objective<Signal> => distillation({ divergence: { ...forwardKl, formula } });

describe.each(["cpu", "onnx"] as const)("on %s", (name) => {
  const tried = async (objective: Objective<Signal>, tolerance = 1e-4): Promise<void> => {
    const engine = await openEngine(name, { threads: 1 });
    const before = engine.memory();
    try {
      await checkIdentity(engine, objective, tolerance);
    } finally {
      expect(engine.memory()).toEqual(before);
      await engine.dispose();
    }
  };

  test.each([
    { type: "forward-kl" },
    { type: "reverse-kl" },
    { type: "jsd", beta: 0.3, scale: "normalized" },
    { type: "total-variation" },
  ] as const)("%j passes, whatever the student's temperature", async (values) => {
    for (const studentTemperature of [1, 0.5, 4]) {
      await tried(distillation({ divergence: divergences.create(values), studentTemperature }));
    }
  });

  test("sums are tried term by term; terms without a teacher and with rewards are left alone", async () => {
    const terms = [policyGradient, sft(), distillation({ divergence: forwardKl })];
    await tried(weightedSum<Signal>(terms.map((objective) => ({ weight: { from: 1, to: 0.5 }, objective }))));
    const broken = brokenKl((teacher, student) => ({ ...forwardKl.formula(teacher, student), value: tf.ones([2, 4]) }));
    await expect(tried(weightedSum<Signal>([...terms, broken].map((objective) => ({ weight: 1, objective }))))).rejects.toThrow(
      /divergence\/forward-kl between equal distributions is 1 nats, expected 0; the objective distillation-2 or the engine is wrong/u,
    );
  });

  test("a value that is not zero between equals is refused: a cross-entropy is no divergence", async () => {
    const bare = brokenKl((teacher, student) => {
      const { gradient } = forwardKl.formula(teacher, student);
      const crossEntropy = tf.neg(tf.sum(tf.mul(teacher.probabilities, student.logProbs), -1));
      return { value: crossEntropy, gradient };
    });
    await expect(tried(bare)).rejects.toThrow(
      new RegExp(
        `^check identity: before the first step, on the ${name}\\S* engine, divergence/forward-kl between equal distributions is 2\\.0`,
        "u",
      ),
    );
    await tried(bare, 0);
    await tried(bare, 10);
  });

  test("a gradient that is not zero between equals is refused", async () => {
    const leaning = brokenKl((teacher, student) => ({ ...forwardKl.formula(teacher, student), gradient: student.probabilities }));
    await expect(tried(leaning)).rejects.toThrow(/the gradient between equal distributions is 0\.0\d+, expected 0/u);
  });

  test("a divergence below zero is refused, and one that is no number", async () => {
    const swapped = brokenKl((teacher, student) => {
      const { value, gradient } = forwardKl.formula(teacher, student);
      return { value: tf.neg(value), gradient: tf.neg(gradient) };
    });
    await expect(tried(swapped)).rejects.toThrow(/divergence\/forward-kl between two distributions is -\d.* nats, expected at least 0/u);
    const nan = brokenKl((teacher, student) => {
      const { value, gradient } = forwardKl.formula(teacher, student);
      return { value: tf.div(value, 0), gradient };
    });
    await expect(tried(nan)).rejects.toThrow(/between equal distributions is (NaN|-?Infinity) nats/u);
  });
});
