/**
 * What steps drawn ahead bring: whole trainings, strictly on-policy and one step ahead in turn, in one process. `npm
 * run bench -- staleness`. Prints the median time of a step each way and their ratio. Threads need cores of their own:
 * on a machine that does anything else the figures mean nothing.
 */
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { lastValueFrom, toArray } from "rxjs";
import { median } from "./median.ts";
import type { Recipe } from "../src/training/recipe/recipe.ts";
import { train } from "../src/training/train.ts";
import { model, recipeOf } from "./arithmetic-recipe.ts";

const { values: flags } = parseArgs({
  options: {
    ahead: { type: "string", default: "1" },
    steps: { type: "string", default: "16" },
    rounds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});

const recipe = (maxStaleness: number): Recipe =>
  recipeOf({
    student: model(2, 96),
    teacher: { ...model(4, 192), temperature: 1 },
    rewards: [{ type: "exact-match", correct: 1, incorrect: 0 }],
    objective: { importance: { ratio: "token", truncate: 2 } },
    rollouts: { chunk: 16, maxStaleness },
    steps: Number(flags.steps),
    batch: 64,
    samplers: 1,
  });

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
    : `A step of 64 sequences: on-policy ${result.onPolicy.toFixed(0)} ms, ${ahead} ahead ` +
        `${result.drawnAhead.toFixed(0)} ms, ${result.ratio.toFixed(2)}x as fast (${spread}); ` +
        `${result.cores} cores, load ${load!.toFixed(1)} before it ` +
        `began${load! > 0.5 ? ": too busy for these figures to mean anything" : ""}`,
);
