/** Parts of a batch add up to it: every objective that can be named, with every average, and one that does not. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { averages, weighted } from "../../../src/objectives/arithmetic/averages.ts";
import { entropy } from "../../../src/objectives/arithmetic/entropy.ts";
import { overBatch } from "../../../src/objectives/arithmetic/over-batch.ts";
import { reportingImportance } from "../../../src/objectives/importance-report.ts";
import { objectives, type ObjectiveValues } from "../../../src/objectives/index.ts";
import type { Objective, Signal } from "../../../src/objectives/objective.ts";
import { checkAddsUp } from "../../../src/training/learner/additivity.ts";
import { engines } from "../../laws/evaluate.ts";

const divergence = { type: "jsd", beta: 0.3 };
const baseline = { type: "none" };
const given: Readonly<Record<string, object>> = {
  distillation: { divergence },
  taid: { divergence },
  "contrastive-distillation": { othersDivergence: divergence, studentDivergence: { type: "reverse-kl" } },
  reinforce: { baseline },
  "reinforce-gkd": { baseline, divergence, alpha: 0.3 },
  "policy-gradient": { baseline },
  "sampled-kl": { to: "teacher" },
  "weighted-sum": {
    terms: [
      { weight: { from: 0.2, to: 1 }, objective: { type: "sft", average: "token" } },
      { weight: 2, objective: { type: "distillation", divergence, average: "sum" } },
    ],
  },
};

const named = (type: string, more: object = {}): Objective<Signal> =>
  objectives.create({ type, ...given[type], ...more } as ObjectiveValues);

/** Of one's own: the mean entropy of the student, divided by how many tokens `count` says there are. */
const meanEntropy = (count: (mask: tf.Tensor2D) => tf.Tensor): Objective => ({
  name: "mean-entropy",
  needs: [],
  learnsFrom: ["student", "others"],
  loss(logits, { completionMask }) {
    const loss: tf.Scalar = tf.div(tf.sum(tf.mul(entropy(logits), completionMask)), count(completionMask));
    return { loss, metrics: { "policy/entropy": weighted(entropy(logits), averages.token(completionMask)) } };
  },
});

describe.each(engines)("on $name", ({ evaluate }) => {
  test.each(objectives.types)("%s adds up", async (type) => {
    await checkAddsUp(named(type), evaluate);
  });

  test.each(["sequence", "token", "sum", "constant"])("averages by %s add up", async (average) => {
    await checkAddsUp(named("distillation", { average }), evaluate);
    await checkAddsUp(named("reinforce", { average }), evaluate);
    await checkAddsUp(named("policy-gradient", { average, ratio: "geometric", clip: { low: 0.2, high: 0.3 } }), evaluate);
  });

  test("top-k scores add up, and so does what is reported of importance", async () => {
    await checkAddsUp(named("distillation", { topK: 2 }), evaluate);
    await checkAddsUp(reportingImportance(named("grpo"), 1), evaluate);
  });

  test("an objective of one's own adds up when its sum over rows is one of the batch", async () => {
    await checkAddsUp(
      meanEntropy((mask) => overBatch(tf.sum(mask))),
      evaluate,
    );
    await expect(
      checkAddsUp(
        meanEntropy((mask) => tf.sum(mask)),
        evaluate,
      ),
    ).rejects.toThrow("objective mean-entropy: expected that the parts of a batch add up to it, got its gradient off by");
  });
});
