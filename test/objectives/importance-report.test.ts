/** Tests of what is reported of importance weights. */
import { describe, expect, test } from "vitest";
import { distillation } from "../../src/objectives/distillation.ts";
import { reverseKl } from "../../src/objectives/divergences/reverse-kl.ts";
import { reportingImportance } from "../../src/objectives/importance-report.ts";
import { engines } from "../laws/evaluate.ts";
import { objectiveProgram } from "../laws/objective.laws.ts";

/** Two tokens, three rows of two positions: of the student, of the student after a prompt's position, and of the data. */
const logits = [0.5, -0.5, 2, 0, 9, 0, -1, 1, 0, 0, 3, 0];
const targets = [0, 1, 0, 1, 0, 0];
const batch = {
  studentLogits: Float32Array.from(logits),
  targets: Int32Array.from(targets),
  completionMask: Float32Array.of(1, 1, 0, 1, 1, 1),
  teacherLogProbs: new Float32Array(12).fill(Math.log(0.5)),
  behaviorLogProbs: Float32Array.of(0.25, 0.5, 0.5, 0.8, 1, 1).map(Math.log),
  fromStudent: Float32Array.of(1, 1, 0),
};

/** q(y_t) at a temperature, in double precision. */
const probability = (position: number, temperature: number): number => {
  const [a, b] = [0, 1].map((token) => Math.exp(logits[2 * position + token]! / temperature)) as [number, number];
  return [a, b][targets[position]!]! / (a + b);
};

const share = (weights: readonly number[]): number => {
  const [sum, squares] = weights.reduce<[number, number]>(([s, q], w) => [s + w, q + w * w], [0, 0]);
  return sum ** 2 / (weights.length * squares);
};

describe.each(engines)("importance weights on $name", ({ evaluate }) => {
  const plain = distillation({ divergence: reverseKl });
  const run = (temperature: number, changes: Partial<typeof batch> = {}) =>
    evaluate(objectiveProgram(reportingImportance(plain, temperature), [3, 2, 2]), { ...batch, ...changes });

  test.each([1, 2])("at temperature %d are those of the student's own tokens, by token and by completion", async (temperature) => {
    const found = await run(temperature);
    const [first, second, third] = [0, 1, 3].map(
      (position) => probability(position, temperature) / Math.exp(batch.behaviorLogProbs[position]!),
    ) as [number, number, number];
    const expected = {
      "importance/mean": (first + second + third) / 3,
      "importance/max": Math.max(first, second, third),
      "importance/effective-tokens": share([first, second, third]),
      "importance/effective-completions": share([first * second, third]),
    };
    for (const [name, value] of Object.entries(expected)) expect(found[name]![0]).toBeCloseTo(value, 5);
  });

  test("change neither loss nor gradient nor other metrics", async () => {
    const alone = await evaluate(objectiveProgram(plain, [3, 2, 2]), batch);
    expect(await run(1)).toMatchObject(alone);
  });

  test("are 1 where the student of now drew, and 0 where it drew nothing", async () => {
    const now = Float32Array.from({ length: 6 }, (_, position) => Math.log(probability(position, 1)));
    const names = ["mean", "max", "effective-tokens", "effective-completions"].map((name) => `importance/${name}`);
    const fresh = await run(1, { behaviorLogProbs: now });
    for (const name of names) expect(fresh[name]![0]).toBeCloseTo(1, 5);
    const none = await run(1, { fromStudent: new Float32Array(3) });
    for (const name of names) expect(none[name]![0]).toBe(0);
  });
});

test("keep what the objective is otherwise, and refuse a temperature that is not positive", () => {
  const objective = distillation({ divergence: reverseKl });
  const reporting = reportingImportance(objective, 1);
  expect({ ...reporting, needs: undefined, loss: undefined }).toEqual({ ...objective, needs: undefined, loss: undefined });
  expect(reporting.needs).toEqual(["teacherLogProbs", "behaviorLogProbs", "fromStudent"]);
  expect(() => reportingImportance(objective, 0)).toThrow(RangeError);
});
