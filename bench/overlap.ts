/**
 * What overlapping brings: the sequences of one step drawn, rewarded and scored by the teacher at the same time, against the same calls one after the
 * other. The reward computes for as long as the mean of the other two takes, so that each is about a third of the work. `npm run bench -- overlap`.
 * Alternates the two ways and prints their median ratio, the share of each part, and when each ran in the last step.
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
import { gantt } from "../src/reports/gantt.ts";
import type { Span } from "../src/rollouts/timeline.ts";

const { values: flags } = parseArgs({
  options: {
    samplers: { type: "string", default: "1" },
    chunk: { type: "string", default: "8" },
    "teacher-layers": { type: "string", default: "3" },
    "in-flight": { type: "string" },
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

/** A step whose reward computes for some microseconds a rollout. */
const recipeOf = (microseconds: number): Recipe => ({
  seed: 0,
  task: { ...task, numbers: [...task.numbers], range: [...task.range] },
  taskSeed: 0,
  folder: import.meta.dirname,
  student: model(2, 64),
  teacher: { ...model(Number(flags["teacher-layers"]), 192), temperature: 1 },
  rewards: [{ type: "module", path: "busy-reward.ts", parameters: { microseconds } }],
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
  rollouts: { group: 4, temperature: 1, behavior: { type: "student" }, chunk: Number(flags.chunk) },
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
});

const recipe = recipeOf(0);

const { signal } = new AbortController();
const shape = runShape(recipe, made);
const { group, chunk, temperature, behavior } = recipe.rollouts;
const sequences = recipe.training.batch;
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

const together = async (crew: Crew, observe?: (span: Span) => void): Promise<void> => {
  const observed = observe === undefined ? {} : { observe };
  await stepRollouts(crew, made, { ...request, ...observed, inFlight: Number(flags["in-flight"] ?? recipe.machine.samplers + 1) }, signal);
};

/** Milliseconds of each part of a step. */
interface Parts {
  readonly draw: number;
  readonly reward: number;
  readonly teacher: number;
}

const timed = async <Value>(work: () => Promise<Value>): Promise<[Value, number]> => {
  const started = performance.now();
  return [await work(), performance.now() - started];
};

const inTurn = async (crew: Crew): Promise<Parts> => {
  const places = slots.flatMap((slot, prompt) =>
    slot.source === "student" ? Array.from({ length: group }, (_, sample) => ({ prompt: slot.prompt, order: { prompt, sample } })) : [],
  );
  const parts = { draw: 0, reward: 0, teacher: 0 };
  const drawing = { seed: 0, step: 1, writer: { by: "behavior", temperature }, version: 0, group } as const;
  for (let start = 0; start < places.length; start += chunk) {
    const [rollouts, draw] = await timed(() => drawRollouts(crew, made, places.slice(start, start + chunk), drawing, signal));
    const [, reward] = await timed(async () => crew.scorers.reward?.score(rollouts, signal));
    const [, teacher] = await timed(async () => crew.scorers.teacher?.score(rollouts, signal));
    parts.draw += draw;
    parts.reward += reward;
    parts.teacher += teacher;
  }
  return parts;
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const medians = (all: readonly Parts[]): Parts => ({
  draw: median(all.map(({ draw }) => draw)),
  reward: median(all.map(({ reward }) => reward)),
  teacher: median(all.map(({ teacher }) => teacher)),
});

const withCrew = async <Value>(microseconds: number, work: (crew: Crew) => Promise<Value>): Promise<Value> => {
  const opened = recipeOf(microseconds);
  const crew = await openCrew(opened, made, shape, initialState(opened.student.weights), signal);
  try {
    await crew.publish(opened.student.weights);
    // The first step compiles.
    await together(crew);
    await inTurn(crew);
    return await work(crew);
  } finally {
    await crew.close();
  }
};

/** Microseconds a rollout that a third of the work takes. */
const third = await withCrew(0, async (crew) => {
  const { draw, teacher } = medians([await inTurn(crew), await inTurn(crew), await inTurn(crew), await inTurn(crew), await inTurn(crew)]);
  return (1000 * (draw + teacher)) / 2 / sequences;
});

const measured = await withCrew(third, async (crew) => {
  const rounds: { readonly together: number; readonly inTurn: number; readonly parts: Parts; readonly spans: readonly Span[] }[] = [];
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    const spans: Span[] = [];
    const [, at] = await timed(() => together(crew, (span) => spans.push(span)));
    const [parts, turn] = await timed(() => inTurn(crew));
    rounds.push({ together: at, inTurn: turn, parts, spans });
  }
  return rounds;
});

const result = {
  samplers: recipe.machine.samplers,
  sequences,
  chunk,
  parts: medians(measured.map(({ parts }) => parts)),
  together: median(measured.map((round) => round.together)),
  inTurn: median(measured.map((round) => round.inTurn)),
  ratio: median(measured.map((round) => round.together / round.inTurn)),
};
if (flags.json) console.log(JSON.stringify(result));
else {
  const { parts, ratio } = result;
  const whole = parts.draw + parts.reward + parts.teacher;
  const share = (part: number): string => `${Math.round((100 * part) / whole)} %`;
  console.log(`${sequences} sequences, ${result.samplers} sampler(s), 1 teacher, 1 reward, chunks of ${chunk}`);
  console.log(
    `in turn ${result.inTurn.toFixed(0)} ms: draw ${share(parts.draw)}, reward ${share(parts.reward)}, teacher ${share(parts.teacher)}`,
  );
  console.log(`together ${result.together.toFixed(0)} ms, ${ratio.toFixed(2)} of it\n`);
  console.log(gantt(measured.at(-1)?.spans ?? [], 72));
}
