/**
 * What a step of each setting of a scale's figures takes, measured alike: `npm run bench -- figure-steps`. Trials of a
 * figure may have run beside other work or on several machines, so that their own times are not each other's. This runs
 * the first steps of one trial of each setting again, on a machine that does nothing else, and writes their medians
 * beside the results, from which the report draws metrics over minutes. Of the package as built; `--scale`,
 * `--results`, `--steps`, `--jobs`, and `--out` for where the trials and their stages go.
 */
import { spawnSync } from "node:child_process";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { table } from "../src/cli/display/table.ts";
import { sameValue } from "../src/evaluation/claims/trial.ts";
import { isSeed } from "../src/evaluation/claims/seeds.ts";
import { writeJson } from "../src/files/json-file.ts";
import { defined } from "../src/optional/defined.ts";
import { machineOf, machinePath, machinesIn } from "../src/reproduction/figure-machine.ts";
import { readFigure, type FigureTrial } from "../src/reproduction/figure-results.ts";
import { figuresOf, scales, type Figure, type Scale } from "../src/reproduction/figures.ts";
import { scaleOverrides } from "../src/reproduction/scale.ts";
import { stepMilliseconds } from "../src/reproduction/step-time.ts";
import { readRuns } from "../src/runs/reading/read-runs.ts";

const { values: flags } = parseArgs({
  options: {
    scale: { type: "string", default: "pretrained" },
    results: { type: "string", default: "docs/results/smollm2" },
    steps: { type: "string", default: "9" },
    jobs: { type: "string", default: "2" },
    out: { type: "string", default: "runs/figure-steps" },
    cache: { type: "string", default: ".retort" },
  },
});
const command = join(import.meta.dirname, "../dist/cli/retort.js");
const isScale = (name: string): name is Scale => (scales as readonly string[]).includes(name);

/** Whether two trials differ in nothing but their seeds. */
const isAlike = (a: Pick<FigureTrial, "run" | "axes">, b: Pick<FigureTrial, "run" | "axes">): boolean => {
  const pointers = [...Object.keys(a.axes), ...Object.keys(b.axes)].filter((pointer) => !isSeed(pointer));
  return a.run === b.run && pointers.every((pointer) => sameValue(a.axes[pointer], b.axes[pointer]));
};

/** Runs the first steps of a trial of each setting; milliseconds of a step by the ids of the figure's own trials. */
const timeFigure = async (figure: Figure, scale: Scale): Promise<Readonly<Record<string, number>> | undefined> => {
  const results = readFigure(flags.results, figure);
  // Without evaluations on the way there is nothing to draw over minutes.
  if (results?.trials.some(({ curve }) => curve !== undefined) !== true) return undefined;
  const overrides = [
    ...scaleOverrides(figure.path, scale, 1),
    `/training/steps=${flags.steps}`,
    "/training/schedule/warmup=0",
    "/evaluation/prompts=2",
  ];
  const words = ["sweep", figure.path, ...overrides, "--jobs", flags.jobs, "--out", flags.out, "--cache", flags.cache];
  const { status } = spawnSync(process.execPath, [command, ...words], { stdio: "inherit" });
  if (status !== 0)
    throw new Error(`figure-steps: expected figure ${figure.name}'s steps to end with 0, got ${status}`);
  const steps: Record<string, number> = {};
  const { runs } = readRuns(join(flags.out, basename(figure.path, ".json")));
  for (const { folder, record } of runs) {
    const trial = results.trials.find((one) => isAlike(one, { run: record.name, axes: record.axes }));
    const time = await stepMilliseconds(folder);
    if (trial?.curve !== undefined && time !== undefined) steps[trial.id] = time;
  }
  return steps;
};

if (!isScale(flags.scale)) throw new RangeError(`figure-steps: expected a scale, got ${flags.scale}`);
const rows: string[][] = [];
for (const figure of figuresOf(flags.scale)) {
  const steps = await timeFigure(figure, flags.scale);
  if (steps === undefined) continue;
  const earlier = machinesIn(flags.results, figure).map((machine) => ({ ...machine, steps: {} }));
  const timed = { steps: Number(flags.steps) };
  const made = { jobs: Number(flags.jobs), training: 0, elapsed: undefined, steps, timed };
  await writeJson(machinePath(resolve(flags.results), figure), machineOf({ ...made, ...defined({ earlier }) }));
  const labels = new Map(readFigure(flags.results, figure)!.trials.map(({ id, label }) => [id, label]));
  for (const [id, time] of Object.entries(steps)) rows.push([figure.name, labels.get(id)!, (time / 1000).toFixed(1)]);
}
process.stdout.write(`${table(["figure", "trial", "seconds a step"], rows)}\n`);
