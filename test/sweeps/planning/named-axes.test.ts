/** Tests of axes by short names. */
import { expect, test } from "vitest";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { ExperimentError } from "../../../src/experiments/file/problem.ts";
import { planSweep } from "../../../src/sweeps/planning/sweep-plan.ts";

const file = (sweep: object) =>
  parseSource(
    "x.json",
    `{
  "question": "Which?",
  "task": { "type": "arithmetic", "numbers": [2, 2], "range": [1, 4], "train": 8, "test": 4 },
  "student": { "type": "ngram", "order": 2 },
  "teacher": { "student": "initial" },
  "objective": { "type": "distillation", "divergence": { "type": "forward-kl" } },
  "training": { "steps": 2, "optimizer": { "type": "adamw", "learningRate": 0.1 } },
  "sweep": ${JSON.stringify(sweep)}
}`,
  );
const axes = (sweep: object, ...overrides: string[]) => planSweep(file(sweep), overrides).map((trial) => trial.axes);
const problems = (sweep: object, ...overrides: string[]) => {
  try {
    planSweep(file(sweep), overrides);
  } catch (error) {
    if (error instanceof ExperimentError) return error.problems;
    throw error;
  }
  throw new Error("expected an ExperimentError");
};

test("they become pointers in axes, zip, random, conditions and exclusions", () => {
  const sweep = {
    axes: { "/objective/divergence/type": ["jsd", "forward-kl"], beta: [0.1, 0.9] },
    zip: [{ seed: [0, 1], learningRate: [0.1, 0.2] }],
    when: { beta: { "divergence/type": ["jsd"] } },
    exclude: [{ seed: [1], beta: [0.9] }],
  };
  const found = axes(sweep);
  expect(found).toHaveLength(5);
  expect(found[0]).toEqual({
    "/objective/divergence/type": "jsd",
    "/objective/divergence/beta": 0.1,
    "/seed": 0,
    "/training/optimizer/learningRate": 0.1,
  });
  expect(axes({ random: { samples: 1, axes: { seed: { type: "integer", low: 3, high: 3 } } } })).toEqual([{ "/seed": 3 }]);
});

test("one of the command line replaces the file's, and overrides may have short names too", () => {
  expect(axes({ axes: { "/seed": [1, 2] } }, "/sweep/axes/seed=[5]", "steps=3")).toEqual([{ "/seed": 5 }]);
  expect(planSweep(file({ axes: { seed: [1] } }), ["steps=3"])[0]?.values.training.steps).toBe(3);
});

test("mistakes are told where the short name is written", () => {
  const [none] = problems({ axes: { temperture: [1] } });
  expect(none).toMatchObject({ pointer: "/sweep/axes/temperture", location: { line: 8 } });
  expect(none?.message).toMatch(/^no value of this file is called "temperture"; did you mean .*\/rollouts\/temperature/u);
  expect(problems({ axes: { temperature: [1] } })[0]?.message).toMatch(/^expected one of .+, got "temperature"/u);
  expect(problems({ axes: { steps: [1, 0] } })[0]).toMatchObject({ pointer: "/sweep/axes/steps/1", location: { line: 8 } });
  expect(problems({ axes: { seed: [1], "/seed": [2] } })[0]?.message).toMatch(/^an axis is here twice/u);
});

test("a trial with another type has none of the old one's parameters, and those that its axes set", () => {
  const [first] = planSweep(file({ axes: { beta: [0.25], "/objective/divergence/type": ["jsd"] } }), [
    '/objective/divergence={"type":"skew-kl","alpha":0.1}',
  ]);
  expect(first?.values.objective).toMatchObject({ divergence: { type: "jsd", beta: 0.25 } });
  expect(first?.values.objective).not.toMatchObject({ divergence: { alpha: 0.1 } });
});
