/** Tests of TAID: the laws, its gradient from its definition, and both ends of its interpolation. */
import { describe, expect, test } from "vitest";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import { forwardKl } from "../../src/objectives/divergences/forward-kl.ts";
import { reverseKl } from "../../src/objectives/divergences/reverse-kl.ts";
import { taid } from "../../src/objectives/taid.ts";
import { engines } from "../laws/evaluate.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import { logSoftmax } from "./reference.ts";

const V = 3;
const studentLogits = [0.5, -1, 2, 0, 1, 0];
const teacherLogits = [2, 0, -1, -1, 0, 2.5];
const positions = [0, 1];
const at = (values: readonly number[], position: number): number[] => values.slice(V * position, V * position + V);
const batch = {
  studentLogits: Float32Array.from(studentLogits),
  teacherLogProbs: Float32Array.from(positions.flatMap((position) => logSoftmax(at(teacherLogits, position)))),
  targets: new Int32Array(2),
  completionMask: Float32Array.of(1, 1),
  progress: Float32Array.of(0.5),
  controlled: Float32Array.of(0.6),
};
const metrics = ["objective/taid", "divergence/forward-kl", "weight/teacher", "policy/entropy"];

/** Target and student at a position, from their definition. */
const distributions = (position: number, t: number, temperature = 1) => {
  const student = at(studentLogits, position).map((z) => z / temperature);
  const target = logSoftmax(student.map((z, i) => (1 - t) * z + t * at(teacherLogits, position)[i]!));
  return { target, student: logSoftmax(student) };
};

describe.each(engines)("TAID on $name", ({ evaluate }) => {
  const run = (objective: Parameters<typeof objectiveProgram>[0], changes: Partial<typeof batch> = {}) =>
    evaluate(objectiveProgram(objective, [1, 2, V]), { ...batch, ...changes });

  objectiveLaws(taid(), { evaluate, metrics, surrogate: true });
  objectiveLaws(taid({ adaptation: 0, average: averages.token, studentTemperature: 0.7 }), { evaluate, metrics, surrogate: true });

  test.each([
    ["a number", taid({ interpolation: 0.3 }), 0.3],
    ["a ramp", taid({ interpolation: { from: 0.2, to: 1 }, adaptation: 0 }), 0.6],
    ["the controller's number, whatever the ramp", taid(), 0.6],
  ])("with %s: the forward KL to the target of interpolated logits, with Q - p_t as gradient", async (_, objective, t) => {
    const result = await run(objective);
    let nats = 0;
    for (const position of positions) {
      const { target, student } = distributions(position, t);
      for (const [i, logP] of target.entries()) {
        nats += (Math.exp(logP) * (logP - student[i]!)) / 2;
        expect(result["gradient"]![V * position + i]).toBeCloseTo((Math.exp(student[i]!) - Math.exp(logP)) / 2, 6);
      }
    }
    expect(result["loss"]![0]).toBeCloseTo(nats, 6);
    expect(result["divergence/forward-kl"]![0]).toBeCloseTo(nats, 6);
    expect(result["weight/teacher"]![0]).toBeCloseTo(t, 6);
  });

  test("the student's temperature is that of its own logits alone, in the target too", async () => {
    const result = await run(taid({ interpolation: 0.3, studentTemperature: 2 }));
    for (const position of positions) {
      const { target, student } = distributions(position, 0.3, 2);
      for (const [i, logP] of target.entries()) {
        expect(result["gradient"]![V * position + i]).toBeCloseTo((Math.exp(student[i]!) - Math.exp(logP)) / 4, 6);
      }
    }
  });

  test("another divergence is taken to the same target, which stays constant", async () => {
    const result = await run(taid({ interpolation: 0.3, divergence: reverseKl }));
    const { target, student } = distributions(1, 0.3);
    const ratios = student.map((logQ, i) => logQ - target[i]!);
    const nats = student.reduce((sum, logQ, i) => sum + Math.exp(logQ) * ratios[i]!, 0);
    for (const [i, logQ] of student.entries()) {
      expect(result["gradient"]![V + i]).toBeCloseTo((Math.exp(logQ) * (ratios[i]! - nats)) / 2, 6);
    }
    expect(Object.keys(result)).toContain("divergence/reverse-kl");
  });

  test("at 1 it is distillation, at 0 nothing", async () => {
    const [own, distilled] = await Promise.all([run(taid({ interpolation: 1 })), run(distillation({ divergence: forwardKl }))]);
    expect(own["loss"]![0]).toBeCloseTo(distilled["loss"]![0]!, 6);
    for (const [i, g] of distilled["gradient"]!.entries()) expect(own["gradient"]![i]).toBeCloseTo(g, 6);
    const none = await run(taid({ interpolation: 0 }));
    for (const x of [...none["loss"]!, ...none["gradient"]!]) expect(Math.abs(x)).toBeLessThan(1e-6);
  });

  test("logits of 80 and teacher log-probs of -200 give finite numbers", async () => {
    const extreme = {
      studentLogits: Float32Array.of(80, -80, 0, -80, 80, 80),
      teacherLogProbs: Float32Array.of(-200, 0, -200, 0, -200, -200),
    };
    for (const interpolation of [0.4, 1]) {
      const { loss, gradient } = await run(taid({ interpolation }), extreme);
      expect([...loss!, ...gradient!].every(Number.isFinite)).toBe(true);
    }
  });
});

test("it needs the controller for a ramp that adapts, the progress for one that does not, and neither for a number", () => {
  expect(taid().needs).toEqual(["teacherLogProbs", "controlled"]);
  expect(taid({ adaptation: 0 }).needs).toEqual(["teacherLogProbs", "progress"]);
  expect(taid({ interpolation: 0.5 }).needs).toEqual(["teacherLogProbs"]);
  const { controller } = taid();
  expect(controller?.value(controller.initial)).toBe(0.4);
  expect(controller?.name).toBe('adaptive-interpolation, {"from":0.4,"to":1}, rate 0.0005, momentum 0.99, objective/taid');
});

test.each([
  [{ interpolation: 1.5 }, /taid, interpolation: expected a number in \[0, 1\], got 1.5/u],
  [{ interpolation: { from: 1, to: 0 } }, /expected a schedule that rises/u],
  [{ adaptation: -1 }, /expected a rate/u],
  [{ studentTemperature: 0 }, /taid: expected a student temperature above 0/u],
])("%j is refused", (parameters, message) => {
  expect(() => taid(parameters)).toThrow(message);
});

test("a ramp that falls is taken when it does not adapt", () => {
  expect(taid({ interpolation: { from: 1, to: 0 }, adaptation: 0 }).needs).toEqual(["teacherLogProbs", "progress"]);
});
