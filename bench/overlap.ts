/**
 * What overlapping brings: the sequences of one step drawn, rewarded and scored by the teacher at the same time, against the same calls one after the
 * other. `npm run bench:overlap`. Alternates the two ways and prints medians and their ratio.
 */
import { parseArgs } from "node:util";
import { Value } from "@sinclair/typebox/value";
import { policies } from "../src/policies/families/index.ts";
import { initialWeights } from "../src/policies/initialize.ts";
import { source } from "../src/rollouts/source.ts";
import { tasks } from "../src/tasks/index.ts";
import { openCrew, type Crew } from "../src/training/crew.ts";
import { runShape } from "../src/training/shape.ts";
import { initialState } from "../src/training/learner.ts";
import type { Model, Recipe } from "../src/training/recipe.ts";
import { ScoringSettings } from "../src/training/scoring-settings.ts";
import { drawRollouts } from "../src/training/drawing.ts";
import { stepRollouts } from "../src/training/step-rollouts.ts";

const { values: flags } = parseArgs({
  options: {
    samplers: { type: "string", default: "1" },
    rounds: { type: "string", default: "15" },
    json: { type: "boolean", default: false },
  },
});

const task = { type: "arithmetic", numbers: [3, 5], range: [1, 20], operators: "+-", train: 2000, test: 100 } as const;
const made = tasks.create({ ...task, numbers: [...task.numbers], range: [...task.range] }, { seed: 0 });
const context = { vocabularySize: made.tokenizer.vocabularySize, contextLength: made.longest.prompt + made.longest.completion };

/** Untrained weights take the same time as trained ones, and their completions are as long as can be. */
const model = (layers: number, width: number): Model => {
  const values = { type: "llama", layers, width, heads: 4, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 } as const;
  const policy = policies.create(values, context);
  return { config: policy.config, weights: initialWeights(policy, 0) };
};

const recipe: Recipe = {
  seed: 0,
  task: { ...task, numbers: [...task.numbers], range: [...task.range] },
  taskSeed: 0,
  folder: ".",
  student: model(2, 64),
  teacher: { ...model(4, 192), temperature: 1 },
  rewards: [{ type: "exact-match", correct: 1, incorrect: 0 }],
  objective: {
    type: "reinforce-gkd",
    alpha: 0.5,
    divergence: { type: "reverse-kl" },
    baseline: { type: "leave-one-out" },
    rewardScale: 1,
    normalize: "none",
    policyAverage: "sequence",
    divergenceAverage: "sequence",
    studentTemperature: 1,
  },
  data: { onPolicyFraction: 1, offPolicy: "references", mixing: "step" },
  rollouts: { group: 4, temperature: 1, behavior: { type: "student" }, chunk: 16 },
  training: {
    steps: 1,
    batch: 128,
    updates: 1,
    optimizer: { type: "adamw", learningRate: 1e-3, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0 },
    schedule: { warmup: 0, decay: "constant", final: 1 },
    clipNorm: 1,
    inspectEvery: 0,
    checks: {
      identity: 0,
      negativeDivergence: 0,
      teacherScores: 0,
      samplingAgreement: 0,
      rewardRange: 0,
      truncated: 0,
      cut: 0,
      noGradient: 0,
      noAdvantage: 0,
    },
    checkpointEvery: 0,
  },
  evaluation: { every: 0, prompts: 1, temperature: 0 },
  scoring: Value.Create(ScoringSettings),
  machine: { engine: "onnx", threads: 1, samplers: Number(flags.samplers) },
};

const { signal } = new AbortController();
const shape = runShape(recipe, made);
const { group, chunk, temperature, behavior } = recipe.rollouts;
const slots = source({ seed: 0, prompts: made.train, batch: recipe.training.batch, group, ...recipe.data })(1, 1);
const request = {
  seed: 0,
  step: 1,
  slots,
  group,
  chunk,
  temperature,
  behavior,
  maxNewTokens: shape.maxNewTokens,
  version: 0,
  wholeGroups: true,
  mostDropped: 0,
};

const together = async (crew: Crew): Promise<void> => {
  await stepRollouts(crew, made, { ...request, inFlight: recipe.machine.samplers + 1 }, signal);
};

const inTurn = async (crew: Crew): Promise<void> => {
  const places = slots.flatMap((slot, prompt) =>
    slot.source === "student" ? Array.from({ length: group }, (_, sample) => ({ prompt: slot.prompt, order: { prompt, sample } })) : [],
  );
  for (let start = 0; start < places.length; start += chunk) {
    const rollouts = await drawRollouts(
      crew,
      made,
      places.slice(start, start + chunk),
      { seed: 0, step: 1, writer: { by: "behavior", temperature }, version: 0 },
      signal,
    );
    await crew.scorers.reward?.score(rollouts, signal);
    await crew.scorers.teacher?.score(rollouts, signal);
  }
};

const time = async (work: (crew: Crew) => Promise<void>, crew: Crew): Promise<number> => {
  const started = performance.now();
  await work(crew);
  return performance.now() - started;
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const crew = await openCrew(recipe, made, shape, initialState(recipe.student.weights), signal);
await crew.publish(recipe.student.weights);
const times: { together: number; inTurn: number }[] = [];
for (let round = 0; round <= Number(flags.rounds); round += 1) {
  const pair = { together: await time(together, crew), inTurn: await time(inTurn, crew) };
  // The first round compiles.
  if (round > 0) times.push(pair);
}
await crew.close();

const result = {
  samplers: recipe.machine.samplers,
  together: median(times.map((pair) => pair.together)),
  inTurn: median(times.map((pair) => pair.inTurn)),
  ratio: median(times.map((pair) => pair.inTurn / pair.together)),
};
console.log(
  flags.json
    ? JSON.stringify(result)
    : `128 sequences of 47 tokens, ${result.samplers} sampler(s), 1 teacher: in turn ${result.inTurn.toFixed(0)} ms, together ${result.together.toFixed(0)} ms, ${result.ratio.toFixed(2)}x`,
);
