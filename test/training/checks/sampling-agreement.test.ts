/** Tests of the check that sampling and learning agree: on a real sampler and a real learner, and on numbers that were changed. */
import { expect, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import { distillation } from "../../../src/objectives/distillation.ts";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { samplingAgreement } from "../../../src/training/checks/sampling-agreement.ts";
import type { Finding, StepFacts } from "../../../src/training/checks/check.ts";
import { collate } from "../../../src/training/batch/collate.ts";
import { inspectedSignals } from "../../../src/training/batch/inspected-signals.ts";
import { Learner } from "../../../src/training/learner/learner.ts";
import { initialState } from "../../../src/training/learner/learner-state.ts";
import { batchShape } from "../../fixtures/batches.ts";
import { healthyFacts } from "../../fixtures/facts.ts";
import { model, recipe, smallLlama, smallTask } from "../../fixtures/recipes.ts";

const check = samplingAgreement(1e-3);

/** The learner's own log-probs of the rows' tokens. */
const logProbsOf = async ({ rows }: StepFacts, samplingTemperature: number): Promise<Float32Array> => {
  const engine = await openEngine("cpu", { threads: 1 });
  const objective = distillation({ divergence: forwardKl });
  const { optimizer } = recipe().training;
  const options = { policy: smallLlama(), objective, batch: batchShape, optimizer, clipNorm: 1, samplingTemperature };
  const learner = await Learner.open(engine, options, initialState(model(smallLlama(), 1).weights));
  try {
    const batch = collate(rows, batchShape, inspectedSignals(objective.needs), smallTask().tokenizer.padId, { progress: 0, controlled: 0 });
    return (await learner.inspect(batch)).logProbs;
  } finally {
    await learner.dispose();
    await engine.dispose();
  }
};

/** Facts whose behavior log-probs are those of the learner at temperature 1. */
const agreeing = async (): Promise<StepFacts & { logProbs: Float32Array }> => {
  const facts = healthyFacts();
  const logProbs = await logProbsOf(facts, 1);
  const rows = facts.rows.map((row, index) => {
    const start = index * batchShape.completion;
    return { ...row, rollout: { ...row.rollout, behaviorLogProbs: logProbs.slice(start, start + row.rollout.tokens.length) } };
  });
  return { ...facts, rows, logProbs };
};

const tokens = healthyFacts().rows.reduce((sum, { rollout }) => sum + rollout.tokens.length, 0);

test("the same log-probs pass; without an inspection nothing is compared", async () => {
  const facts = await agreeing();
  expect(check.inspect(facts)).toBeUndefined();
  expect(check.inspect(healthyFacts())).toBeUndefined();
});

test("a temperature that learning does not know of is found", async () => {
  const facts = await agreeing();
  const found = check.inspect({ ...facts, logProbs: await logProbsOf(facts, 0.5) });
  expect(found?.count).toBeGreaterThan(tokens / 2);
  expect(found?.seen).toMatch(new RegExp(`^the log-probs of \\d+ of ${tokens} sampled tokens differ .* by up to 0\\.\\d+ nats$`, "u"));
});

test("a shift by one is found, and one number that is none", async () => {
  const facts = await agreeing();
  const shifted = new Float32Array(facts.logProbs.length);
  shifted.set(facts.logProbs.subarray(0, -1), 1);
  expect(check.inspect({ ...facts, logProbs: shifted })?.count).toBeGreaterThan(tokens / 2);
  const nan = facts.logProbs.slice();
  nan[1] = Number.NaN;
  expect(check.inspect({ ...facts, logProbs: nan })).toEqual<Finding>({
    count: 1,
    seen: `the log-probs of 1 of ${tokens} sampled tokens differ between sampling and learning, by up to NaN nats`,
  });
});

test("only what the student drew alone with the newest weights is compared", async () => {
  const facts = await agreeing();
  const wrong = facts.logProbs.map((value) => value - 1);
  const with_ = (changed: Partial<StepFacts>): Finding | undefined => check.inspect({ ...facts, logProbs: wrong, ...changed });
  expect(with_({})).toBeDefined();
  const rollouts = (change: Partial<StepFacts["rows"][number]["rollout"]>) =>
    facts.rows.map((row) => ({ ...row, rollout: { ...row.rollout, ...change } }));
  expect(with_({ rows: rollouts({ source: "data" }) })).toBeUndefined();
  expect(with_({ rows: rollouts({ source: "teacher" }) })).toBeUndefined();
  expect(with_({ rows: rollouts({ version: 1 }) })).toBeUndefined();
  expect(with_({ logged: facts.logged.map((logged) => ({ ...logged, behavior: "teacher-mixed" })) })).toBeUndefined();
});

test("where more than a temperature shapes, raw log-probs are compared instead of behavior log-probs", async () => {
  const facts = await agreeing();
  const shaped = facts.rows.map((row) => {
    const { behaviorLogProbs } = row.rollout;
    return { ...row, rollout: { ...row.rollout, rawLogProbs: behaviorLogProbs, behaviorLogProbs: behaviorLogProbs.map((x) => x / 2) } };
  });
  expect(check.inspect({ ...facts, rows: shaped })).toBeDefined();
  expect(samplingAgreement(1e-3, false).inspect({ ...facts, rows: shaped })).toBeUndefined();
  const wrong = shaped.map((row) => ({ ...row, rollout: { ...row.rollout, rawLogProbs: row.rollout.rawLogProbs.map((x) => x - 0.01) } }));
  expect(samplingAgreement(1e-3, false).inspect({ ...facts, rows: wrong })?.count).toBe(tokens);
});
