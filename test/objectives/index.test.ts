/** Tests of objectives as experiment files hold them: defaults, refusals, and what comes out. */
import { moduleKeywordDefinition } from "../../src/plugins/module-keyword.ts";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { objectives, type ObjectiveValues } from "../../src/objectives/index.ts";

const ajv = new Ajv({
  useDefaults: true,
  discriminator: true,
  keywords: [moduleKeywordDefinition],
  strictSchema: true,
  allErrors: true,
  allowUnionTypes: true,
});
const validate = ajv.compile<ObjectiveValues>(objectives.schema);

const valid = (value: unknown): ObjectiveValues => {
  if (!validate(value)) throw new RangeError(ajv.errorsText(validate.errors));
  return value;
};

describe("every member", () => {
  test.each([
    [{ type: "sft" }, ["fromStudent"]],
    [{ type: "distillation", divergence: { type: "forward-kl" } }, ["teacherLogProbs"]],
    [{ type: "distillation", divergence: { type: "forward-kl" }, topK: 2 }, ["teacherTopKIds", "teacherTopKLogProbs"]],
    [{ type: "taid" }, ["teacherLogProbs", "controlled"]],
    [{ type: "contrastive-distillation" }, ["teacherLogProbs", "fromStudent"]],
    [{ type: "entropy-aware-distillation" }, ["teacherLogProbs"]],
    [{ type: "minillm" }, ["teacherLogProbs", "behaviorLogProbs", "fromStudent"]],
    [{ type: "universal-logit-distillation" }, ["foreignTeacherLogProbs", "foreignTeacherMask"]],
    [{ type: "reinforce" }, ["advantages"]],
    [{ type: "reinforce-gkd", alpha: 0.25, divergence: { type: "jsd", beta: 0.9 } }, ["advantages", "teacherLogProbs"]],
    [{ type: "reinforce-gkd", alpha: 1, divergence: { type: "reverse-kl" }, topK: 3 }, ["teacherTopKIds", "teacherTopKLogProbs"]],
    [{ type: "policy-gradient" }, ["advantages", "behaviorLogProbs", "fromStudent"]],
    [{ type: "policy-gradient", clip: {} }, ["advantages", "behaviorLogProbs", "fromStudent"]],
    [{ type: "policy-gradient", truncate: 2 }, ["advantages", "behaviorLogProbs", "fromStudent"]],
    [{ type: "actor-critic" }, ["rewards", "values", "fromStudent"]],
    [{ type: "sampled-kl", to: "reference" }, ["referenceLogProbs", "fromStudent"]],
    [{ type: "sampled-kl", to: "teacher", discount: 0, importance: "token" }, ["teacherLogProbs", "fromStudent", "behaviorLogProbs"]],
    [{ type: "entropy-bonus" }, ["fromStudent"]],
    [{ type: "on-policy-distillation" }, ["teacherLogProbs", "behaviorLogProbs", "fromStudent"]],
    [{ type: "rloo" }, ["advantages", "referenceLogProbs", "fromStudent"]],
    [{ type: "grpo" }, ["advantages", "behaviorLogProbs", "fromStudent", "referenceLogProbs"]],
    [{ type: "dr-grpo" }, ["advantages", "behaviorLogProbs", "fromStudent"]],
    [{ type: "kdrl" }, ["advantages", "behaviorLogProbs", "fromStudent", "teacherLogProbs", "progress"]],
    [
      {
        type: "weighted-sum",
        terms: [
          { weight: 1, objective: { type: "sft" } },
          { weight: 0.5, objective: { type: "distillation", divergence: { type: "reverse-kl" } } },
        ],
      },
      ["fromStudent", "teacherLogProbs"],
    ],
  ])("%j is made from its defaults", (value, needs) => {
    const objective = objectives.create(valid(value));
    expect(objective.name).toBe(value.type);
    expect(objective.needs).toEqual(needs);
  });

  test("is listed", () => {
    expect(objectives.types).toEqual([
      "sft",
      "distillation",
      "taid",
      "contrastive-distillation",
      "entropy-aware-distillation",
      "universal-logit-distillation",
      "minillm",
      "reinforce",
      "reinforce-gkd",
      "policy-gradient",
      "actor-critic",
      "sampled-kl",
      "entropy-bonus",
      "on-policy-distillation",
      "rloo",
      "grpo",
      "dr-grpo",
      "kdrl",
      "weighted-sum",
      "bradley-terry",
    ]);
  });
});

test("defaults are the paper's averages, leave-one-out, and a temperature of 1", () => {
  expect(valid({ type: "reinforce-gkd", alpha: 0.5, divergence: { type: "jsd", beta: 0.5 } })).toEqual({
    type: "reinforce-gkd",
    alpha: 0.5,
    divergence: { type: "jsd", beta: 0.5, scale: "paper" },
    baseline: { type: "leave-one-out" },
    rewardScale: 1,
    normalize: "none",
    policyAverage: "sequence",
    divergenceAverage: "sequence",
    studentTemperature: 1,
  });
});

test("defaults of compositions are those of their papers", () => {
  const common = { rewardScale: 1, studentTemperature: 1 };
  expect(valid({ type: "grpo" })).toEqual({
    type: "grpo",
    beta: 0.04,
    clip: { low: 0.2, high: 0.2 },
    ratio: "token",
    average: "sequence",
    ...common,
  });
  expect(valid({ type: "dr-grpo" })).toEqual({ type: "dr-grpo", beta: 0, clip: { low: 0.2, high: 0.2 }, ...common });
  expect(valid({ type: "rloo" })).toEqual({ type: "rloo", beta: 0.05, ...common });
  expect(valid({ type: "kdrl" })).toEqual({
    type: "kdrl",
    beta: { from: 5e-3, to: 1e-3, start: 0, end: 1 },
    clip: { low: 0.2, high: 0.2 },
    average: "token",
    ...common,
  });
});

test.each(["policy-gradient", "actor-critic", "rloo", "grpo", "dr-grpo", "kdrl"])(
  "the reward's shape in a file of %s reaches its estimator",
  (type) => {
    const objective = objectives.create(valid({ type, rewardScale: 3, rewardClip: 7 }));
    expect(objective.advantages?.name).toContain("scale 3, clip 7,");
  },
);

test("the baseline of a file reaches the objective", () => {
  const objective = objectives.create(valid({ type: "reinforce", baseline: { type: "moving-average" } }));
  expect(objective.advantages?.name).toContain("moving-average");
});

test.each([
  [{ type: "sft", average: "mean" }],
  [{ type: "sft", averag: "token" }],
  [{ type: "distillation" }],
  [{ type: "distillation", divergence: { type: "kl" } }],
  [{ type: "distillation", divergence: { type: "jsd" } }],
  [{ type: "distillation", divergence: { type: "forward-kl" }, studentTemperature: 0 }],
  [{ type: "distillation", divergence: { type: "forward-kl" }, topK: 0 }],
  [{ type: "distillation", divergence: { type: "forward-kl" }, topK: 1.5 }],
  [{ type: "reinforce-gkd", alpha: 1.5, divergence: { type: "forward-kl" } }],
  [{ type: "weighted-sum", terms: [] }],
  [{ type: "weighted-sum", terms: [{ weight: 1, objective: { type: "weighted-sum", terms: [] } }] }],
  [{ type: "policy-gradient", clip: { low: 0 } }],
  [{ type: "policy-gradient", ratio: "word" }],
  [{ type: "sampled-kl" }],
  [{ type: "sampled-kl", to: "student" }],
  [{ type: "grpo", baseline: { type: "none" } }],
  [{ type: "on-policy-distillation", discount: 2 }],
  [{ type: "ppo" }],
])("%j is refused by the schema", (value) => {
  expect(() => valid(value)).toThrow(RangeError);
});

test.each([0, 1])("beta %d passes the schema, so that creation can say which divergence is meant", (beta) => {
  const values = valid({ type: "distillation", divergence: { type: "jsd", beta } });
  expect(() => objectives.create(values)).toThrow(/use "(?:forward|reverse)-kl"/);
});

test("the defaults of the newer distillations are those of their papers", () => {
  expect(valid({ type: "taid" })).toEqual({
    type: "taid",
    interpolation: { from: 0.4, to: 1, start: 0, end: 1 },
    adaptation: 5e-4,
    momentum: 0.99,
    divergence: { type: "forward-kl" },
    average: "sequence",
    studentTemperature: 1,
  });
  expect(valid({ type: "contrastive-distillation" })).toEqual({
    type: "contrastive-distillation",
    othersDivergence: { type: "skew-kl", alpha: 0.1, scale: "paper" },
    studentDivergence: { type: "skew-reverse-kl", alpha: 0.1, scale: "paper" },
    studentWeight: 0.5,
    average: "sequence",
    studentTemperature: 1,
  });
  expect(valid({ type: "entropy-aware-distillation" })).toEqual({
    type: "entropy-aware-distillation",
    threshold: 0.8,
    forwardWeight: 1,
    average: "sequence",
    studentTemperature: 1,
  });
  expect(valid({ type: "minillm" })).toEqual({
    type: "minillm",
    singleStep: true,
    lengthNormalization: true,
    discount: 1,
    importance: "token",
    average: "sequence",
    studentTemperature: 1,
  });
});
