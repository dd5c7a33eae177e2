/** Tests of objectives as experiment files hold them: defaults, refusals, and what comes out. */
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { objectives, type ObjectiveValues } from "../../src/objectives/index.ts";

const ajv = new Ajv({ useDefaults: true, discriminator: true, strictSchema: true, allErrors: true, allowUnionTypes: true });
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
    [{ type: "reinforce" }, ["advantages"]],
    [{ type: "reinforce-gkd", alpha: 0.25, divergence: { type: "jsd", beta: 0.9 } }, ["advantages", "teacherLogProbs"]],
    [{ type: "reinforce-gkd", alpha: 1, divergence: { type: "reverse-kl" }, topK: 3 }, ["teacherTopKIds", "teacherTopKLogProbs"]],
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
      "minillm",
      "reinforce",
      "reinforce-gkd",
      "weighted-sum",
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
