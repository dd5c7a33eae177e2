/** Signals on real threads: whatever an objective names is there, is right, and survives an interruption. */
import { moduleKeywordDefinition } from "../../../src/plugins/module-keyword.ts";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterEach, expect, test } from "vitest";
import { objectives, type ObjectiveValues } from "../../../src/objectives/index.ts";
import { policies } from "../../../src/policies/families/index.ts";
import { tasks, type TaskValues } from "../../../src/tasks/index.ts";
import type { Recipe } from "../../../src/training/recipe/recipe.ts";
import type { StepReport } from "../../../src/training/recipe/step-report.ts";
import { train } from "../../../src/training/train.ts";
import { bytesOf, comparable, model, recipe, smallLlama, taskValues, trained, weightsOf } from "../../fixtures/recipes.ts";
import { openThreads } from "../../fixtures/threads.ts";

const validate = new Ajv({
  useDefaults: true,
  discriminator: true,
  keywords: [moduleKeywordDefinition],
  allowUnionTypes: true,
}).compile<ObjectiveValues>(objectives.schema);

/** An objective as a file would hold it, with its defaults. */
const objective = (value: unknown): ObjectiveValues => {
  if (!validate(value)) throw new Error(JSON.stringify(validate.errors));
  return value;
};

const llama = (changes: Partial<Recipe>): Recipe => recipe({ student: model(smallLlama(), 1), ...changes });

const stepsOf = (reports: readonly StepReport[]) => reports.filter((report) => report.kind === "step").map(({ metrics }) => metrics);

afterEach(() => {
  expect(openThreads()).toBe(0);
});

test("the reference is the student as the run found it: at first it differs by nothing, later by something", async () => {
  const terms = [
    { weight: 1, objective: { type: "reinforce" } },
    { weight: 0.1, objective: { type: "sampled-kl", to: "reference", estimator: "k3" } },
  ];
  const metrics = stepsOf(await trained(llama({ objective: objective({ type: "weighted-sum", terms }) })));
  expect(Math.abs(metrics[0]!["objective/sampled-kl"]!)).toBeLessThan(1e-6);
  expect(metrics.at(-1)!["objective/sampled-kl"]).toBeGreaterThan(1e-5);
});

test("a learned value is trained, is no weight of the trained student, and resumes from a checkpoint", async () => {
  const values = llama({ objective: objective({ type: "actor-critic" }) });
  const whole = await trained(values);
  const errors = stepsOf(whole).map((metrics) => metrics["policy/value-error"]!);
  expect(errors.every(Number.isFinite)).toBe(true);
  expect(Object.keys(weightsOf(whole)).toSorted()).toEqual(Object.keys(values.student.weights).toSorted());
  const folder = mkdtempSync(join(tmpdir(), "retort-value-"));
  const controller = new AbortController();
  const first: StepReport[] = [];
  await expect(
    new Promise<void>((resolve, reject) => {
      train(values, { folder, signal: controller.signal }).subscribe({
        next: (report) => {
          first.push(report);
          if (report.kind === "step" && report.step === 3) controller.abort(new Error("interrupted"));
        },
        complete: resolve,
        error: reject,
      });
    }),
  ).rejects.toThrow("interrupted");
  const rest = await trained(values, { folder });
  expect(bytesOf(weightsOf(rest))).toEqual(bytesOf(weightsOf(whole)));
  expect(comparable([...first, ...rest])).toEqual(comparable(whole));
});

test("the student samples what the learner computes: ratios are 1 on fresh sequences and no longer on stale ones", async () => {
  const values = llama({ objective: objective({ type: "policy-gradient" }) });
  const fresh = stepsOf(await trained(values));
  for (const metrics of fresh) expect(Math.abs(metrics["policy/ratio"]! - 1)).toBeLessThan(1e-4);
  const stale = stepsOf(await trained({ ...values, training: { ...values.training, updates: 3 } }));
  expect(Math.max(...stale.map((metrics) => metrics["policy/behavior-kl"]!))).toBeGreaterThan(
    100 * Math.max(...fresh.map((metrics) => Math.abs(metrics["policy/behavior-kl"]!))),
  );
});

test("a teacher says its likeliest tokens only, when the objective reads no more", async () => {
  const distillation = { type: "distillation", divergence: { type: "forward-kl" } };
  const [dense, few] = await Promise.all(
    [distillation, { ...distillation, topK: 16 }].map(async (value) => stepsOf(await trained(llama({ objective: objective(value) })))),
  );
  // All tokens but one are named: the tail is the last one.
  expect(few![0]!["objective/distillation"]).toBeCloseTo(dense![0]!["objective/distillation"]!, 5);
  const [coarse] = stepsOf(await trained(llama({ objective: objective({ ...distillation, topK: 2 }) })));
  expect(coarse!["objective/distillation"]).toBeLessThan(dense![0]!["objective/distillation"]!);
});

test("a teacher of another vocabulary reads the text in its own tokens", async () => {
  const { tokenizer } = tasks.create({ ...taskValues, tokenizer: "numbers" } as TaskValues, { seed: 5 });
  const policy = policies.create({ type: "ngram", order: 2 }, { vocabularySize: tokenizer.vocabularySize, contextLength: 16 });
  const teacher = { ...model(policy, 2), temperature: 1, tokenizer: tokenizer.toJSON() };
  const values = llama({ teacher, objective: objective({ type: "universal-logit-distillation" }) });
  const metrics = stepsOf(await trained(values));
  for (const step of metrics) {
    expect(step["teacher/aligned"]).toBeGreaterThan(0);
    expect(step["teacher/aligned"]).toBeLessThanOrEqual(1);
  }
  expect(metrics.at(-1)!["objective/universal-logit-distillation"]).toBeLessThan(metrics[0]!["objective/universal-logit-distillation"]!);
  await expect(trained(recipe({ teacher }))).rejects.toThrow(/another tokenizer; take an objective for unlike vocabularies/u);
});
