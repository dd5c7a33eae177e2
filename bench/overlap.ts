/**
 * What overlapping brings: the sequences of one step drawn, rewarded and scored by the teacher at the same time,
 * against the same calls one after the other. The reward computes for as long as the mean of the other two takes, so
 * that each is about a third of the work. `npm run bench -- overlap`. Alternates the two ways and prints their median
 * ratio, the share of each part, and when each ran in the last step.
 */
import { parseArgs } from "node:util";
import { median } from "./median.ts";
import { source } from "../src/rollouts/batches/assign-groups.ts";
import { openRunThreads, type RunThreads } from "../src/training/threads/run-threads.ts";
import { runShape } from "../src/training/batch/run-shape.ts";
import { initialState } from "../src/training/learner/learner-state.ts";
import type { Recipe } from "../src/training/recipe/recipe.ts";
import { drawRollouts } from "../src/training/step/drawing.ts";
import { stepRollouts } from "../src/training/step/step-rollouts.ts";
import { model, recipeOf, task } from "./arithmetic-recipe.ts";
import { gantt } from "../src/reports/plots/gantt.ts";
import type { Span } from "../src/rollouts/scoring/timeline.ts";

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

/** A step whose reward computes for some microseconds a rollout. */
const recipeWith = (microseconds: number): Recipe =>
  recipeOf({
    student: model(2, 64),
    teacher: { ...model(Number(flags["teacher-layers"]), 192), temperature: 1 },
    rewards: [{ module: "busy-reward.ts", microseconds }],
    rollouts: { chunk: Number(flags.chunk) },
    steps: 1,
    batch: 128,
    samplers: Number(flags.samplers),
  });

const recipe = recipeWith(0);

const { signal } = new AbortController();
const shape = runShape(recipe, task);
const { group, chunk, temperature, behavior } = recipe.rollouts;
const sequences = recipe.training.batch;
const assignments = source({ seed: 0, prompts: task.train, batch: recipe.training.batch, group, ...recipe.data })(1, 1);
const request = {
  seed: 0,
  step: 1,
  assignments,
  group,
  chunk,
  temperature,
  behavior,
  maxNewTokens: shape.maxNewTokens,
  version: 0,
  wholeGroups: true,
  mostDropped: 0,
};

const together = async (threads: RunThreads, observe?: (span: Span) => void): Promise<void> => {
  const observed = observe === undefined ? {} : { observe };
  await stepRollouts(
    threads,
    task,
    { ...request, ...observed, inFlight: Number(flags["in-flight"] ?? recipe.machine.samplers + 1) },
    signal,
  );
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

const inTurn = async (threads: RunThreads): Promise<Parts> => {
  const prompts = assignments.flatMap((slot, prompt) =>
    slot.source === "student"
      ? Array.from({ length: group }, (_, sample) => ({ prompt: slot.prompt, order: { prompt, sample } }))
      : [],
  );
  const parts = { draw: 0, reward: 0, teacher: 0 };
  const drawing = { seed: 0, step: 1, writer: { by: "behavior", temperature }, version: 0, group } as const;
  for (let start = 0; start < prompts.length; start += chunk) {
    const [rollouts, draw] = await timed(() =>
      drawRollouts(threads, task, prompts.slice(start, start + chunk), drawing, signal),
    );
    const [, reward] = await timed(async () => threads.scorers.reward?.score(rollouts, signal));
    const [, teacher] = await timed(async () => threads.scorers.teacher?.score(rollouts, signal));
    parts.draw += draw;
    parts.reward += reward;
    parts.teacher += teacher;
  }
  return parts;
};

const medians = (all: readonly Parts[]): Parts => ({
  draw: median(all.map(({ draw }) => draw)),
  reward: median(all.map(({ reward }) => reward)),
  teacher: median(all.map(({ teacher }) => teacher)),
});

const withThreads = async <Value>(
  microseconds: number,
  work: (threads: RunThreads) => Promise<Value>,
): Promise<Value> => {
  const opened = recipeWith(microseconds);
  const threads = await openRunThreads(opened, task, shape, initialState(opened.student.weights), signal);
  try {
    await threads.publish(opened.student.weights);
    // The first step compiles.
    await together(threads);
    await inTurn(threads);
    return await work(threads);
  } finally {
    await threads.close();
  }
};

/** Microseconds a rollout that a third of the work takes. */
const third = await withThreads(0, async (threads) => {
  const { draw, teacher } = medians([
    await inTurn(threads),
    await inTurn(threads),
    await inTurn(threads),
    await inTurn(threads),
    await inTurn(threads),
  ]);
  return (1000 * (draw + teacher)) / 2 / sequences;
});

const measured = await withThreads(third, async (threads) => {
  const rounds: {
    readonly together: number;
    readonly inTurn: number;
    readonly parts: Parts;
    readonly spans: readonly Span[];
  }[] = [];
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    const spans: Span[] = [];
    const [, at] = await timed(() => together(threads, (span) => spans.push(span)));
    const [parts, turn] = await timed(() => inTurn(threads));
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
    `in turn ${result.inTurn.toFixed(0)} ms: draw ${share(parts.draw)}, reward ${share(parts.reward)}, ` +
      `teacher ${share(parts.teacher)}`,
  );
  console.log(`together ${result.together.toFixed(0)} ms, ${ratio.toFixed(2)} of it\n`);
  console.log(gantt(measured.at(-1)?.spans ?? [], 72));
}
