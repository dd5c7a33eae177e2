/** Tests of supervised fine-tuning. */
import { describe, expect, test } from "vitest";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import { forwardKl } from "../../src/objectives/divergences/forward-kl.ts";
import { sft } from "../../src/objectives/sft.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import { engines } from "../laws/evaluate.ts";
import { logSoftmax } from "./reference.ts";

/** [2, 2, 3]; the second sequence has one token. */
const studentLogits = Float32Array.of(0.5, -1, 2, 0, 1, 0, -2, 0.3, 1, 9, 9, 9);
const targets = Int32Array.of(0, 1, 2, 0);
const completionMask = Float32Array.of(1, 1, 1, 0);
/** A teacher that is certain of each target. */
const certain = Float32Array.from({ length: 12 }, (_, i) => (targets[Math.floor(i / 3)] === i % 3 ? 0 : -200));
const batch = { studentLogits, targets, completionMask, teacherLogProbs: certain, fromStudent: new Float32Array(2) };

describe.each(engines)("SFT on $name", ({ evaluate }) => {
  objectiveLaws(sft(), { evaluate, metrics: ["objective/sft", "policy/entropy"] });
  objectiveLaws(sft({ average: averages.token }), { evaluate, metrics: ["objective/sft", "policy/entropy"] });

  test("it is the mean negative log-likelihood, by sequence or by token", async () => {
    const nll = [0, 1, 2].map((position) => -logSoftmax(studentLogits.slice(3 * position, 3 * position + 3))[targets[position]!]!);
    const bySequence = await evaluate(objectiveProgram(sft(), [2, 2, 3]), batch);
    expect(bySequence["loss"]![0]).toBeCloseTo(((nll[0]! + nll[1]!) / 2 + nll[2]!) / 2, 6);
    const byToken = await evaluate(objectiveProgram(sft({ average: averages.token }), [2, 2, 3]), batch);
    expect(byToken["loss"]![0]).toBeCloseTo((nll[0]! + nll[1]! + nll[2]!) / 3, 6);
  });

  test("it is forward KL to a teacher that is certain of the target, in value and gradient", async () => {
    const own = await evaluate(objectiveProgram(sft(), [2, 2, 3]), batch);
    const distilled = await evaluate(objectiveProgram(distillation({ divergence: forwardKl }), [2, 2, 3]), batch);
    expect(distilled["loss"]![0]).toBeCloseTo(own["loss"]![0]!, 6);
    for (const [i, g] of own["gradient"]!.entries()) expect(distilled["gradient"]![i]).toBeCloseTo(g, 7);
  });
});
