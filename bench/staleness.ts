/**
 * What steps drawn ahead bring: whole trainings, strictly on-policy and one step ahead in turn, in one process. `npm run bench -- staleness`. Prints the
 * median time of a step each way and their ratio. Threads need cores of their own: on a machine that does anything else the figures mean nothing.
 */
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { Value } from "@sinclair/typebox/value";
import { lastValueFrom, toArray } from "rxjs";
import { policies } from "../src/policies/families/index.ts";
import { initialWeights } from "../src/policies/initialize.ts";
import { tasks } from "../src/tasks/index.ts";
import type { Model, Recipe } from "../src/training/recipe.ts";
import { ScoringSettings } from "../src/training/scoring-settings.ts";
import { train } from "../src/training/train.ts";

const { values: flags } = parseArgs({
  options: {
    ahead: { type: "string", default: "1" },
    steps: { type: "string", default: "16" },
    rounds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});

const task: Recipe["task"] = { type: "arithmetic", numbers: [3, 5], range: [1, 20], operators: "+-", train: 2000, test: 100 };
const made = tasks.create(task, { seed: 0 });
const context = { vocabularySize: made.tokenizer.vocabularySize, contextLength: made.longest.prompt + made.longest.completion };

/** Untrained weights take the same time as trained ones, and their completions are as long as can be. */
const model = (layers: number, width: number): Model => {
  const policy = policies.create({ type: "llama", layers, width, heads: 4, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 }, context);
  return { config: policy.config, weights: initialWeights(policy, 0) };
};

const off = { identity: 0, negativeDivergence: 0, teacherScores: 0, samplingAgreement: 0, rewardRange: 0, truncated: 0, cut: 0 };

const recipe = (maxStaleness: number): Recipe => ({
  seed: 0,
  task,
  taskSeed: 0,
  folder: ".",
  student: model(2, 96),
  teacher: { ...model(4, 192), temperature: 1 },
  rewards: [{ type: "exact-match", correct: 1, incorrect: 0 }],
  objective: {
    type: "reinforce-gkd",
    alpha: 0.5,
    importance: { ratio: "token", truncate: 2 },
    divergence: { type: "reverse-kl" },
    baseline: { type: "leave-one-out" },
    rewardScale: 1,
    normalize: "none",
    policyAverage: "sequence",
    divergenceAverage: "sequence",
    studentTemperature: 1,
  },
  data: { onPolicyFraction: 1, offPolicy: "references", mixing: "step" },
  rollouts: { group: 4, temperature: 1, behavior: { type: "student" }, chunk: 16, maxStaleness },
  training: {
    steps: Number(flags.steps),
    batch: 64,
    updates: 1,
    optimizer: { type: "adamw", learningRate: 1e-3, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0 },
    schedule: { warmup: 0, decay: "constant", final: 1 },
    clipNorm: 1,
    inspectEvery: 0,
    checks: { ...off, noGradient: 0, noAdvantage: 0 },
    checkpointEvery: 0,
  },
  evaluation: { every: 0, prompts: 1, temperature: 0 },
  scoring: Value.Create(ScoringSettings),
  machine: { engine: "onnx", threads: 1, samplers: 1 },
});

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Programs are compiled in the first steps. */
const warmUp = 3;

/** ms of each step after the first ones. */
const stepTimes = async (maxStaleness: number): Promise<number[]> => {
  const reports = await lastValueFrom(train(recipe(maxStaleness)).pipe(toArray()));
  return reports.flatMap((report) => (report.kind === "step" && report.step > warmUp ? [report.milliseconds] : []));
};

const ahead = Number(flags.ahead);
const rounds: { onPolicy: number; ahead: number }[] = [];
const [load] = loadavg();
for (let round = 0; round < Number(flags.rounds); round += 1) {
  rounds.push({ onPolicy: median(await stepTimes(0)), ahead: median(await stepTimes(ahead)) });
}

const result = {
  ahead,
  cores: availableParallelism(),
  load,
  onPolicy: median(rounds.map((round) => round.onPolicy)),
  drawnAhead: median(rounds.map((round) => round.ahead)),
  ratio: median(rounds.map((round) => round.onPolicy / round.ahead)),
  ratios: rounds.map((round) => round.onPolicy / round.ahead),
};
const spread = result.ratios.map((ratio) => ratio.toFixed(2)).join(", ");
console.log(
  flags.json
    ? JSON.stringify(result)
    : `A step of 64 sequences: on-policy ${result.onPolicy.toFixed(0)} ms, ${ahead} ahead ${result.drawnAhead.toFixed(0)} ms, ${result.ratio.toFixed(2)}x as fast (${spread}); ` +
        `${result.cores} cores, load ${load!.toFixed(1)} before it began${load! > 0.5 ? ": too busy for these figures to mean anything" : ""}`,
);
