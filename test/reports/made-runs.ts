/** Folders of runs that were made up, with text that would be markup. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeRunFolder } from "../fixtures/run-folders.ts";

/** Text that must stay text. */
export const evil = `<img src=x onerror="alert(1)">`;

const lines = (values: readonly object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join("");

const metrics = [0, 1, 2, 3].flatMap((step) => [
  ...(step === 0
    ? []
    : [
        {
          kind: "step",
          step,
          steps: 3,
          metrics: { loss: 1 / step, [evil]: step, "checks/cut": 0, odd: step === 2 ? "NaN" : 1 },
          tokens: 9,
        },
      ]),
  { kind: "evaluation", step, accuracy: step / 4, metrics: { length: 10 - step } },
]);

const rollout = (step: number, sample: number) => ({
  step,
  prompt: "1+1=",
  reference: "2",
  completion: sample === 0 ? evil : `2\n${sample}`,
  source: "student",
  finish: sample === 0 ? "length" : "stop",
  tokens: 3,
  version: step - 1,
  reward: sample,
  advantage: sample - 1,
  ...(step === 3 ? {} : { pieces: sample === 0 ? [evil, ""] : ["2", `\n${sample}`], divergences: [0.05, 2.5] }),
});

const span = (lane: string, slot: number, step: number, start: number, milliseconds: number) => ({
  name: lane,
  cat: `step ${step}`,
  ph: "X",
  pid: 1,
  tid: slot + 1,
  ts: 1000 * start,
  dur: 1000 * milliseconds,
  args: { step, slot, rollouts: 2 },
});

/** A run of three steps, with two completions of each, and the folder that it is in. */
export const writeMadeRun = (root: string): string => {
  const values = { objective: { type: "gkd", divergence: { type: "jsd", beta: 0.1 } }, note: evil, seed: 0 };
  const folder = writeRunFolder(root, { file: "single", name: "run", values, metrics: { loss: 0.5, length: 7 }, accuracy: 0.75 });
  const warning = { kind: "warning", step: 2, check: "truncated", message: `look at ${evil}` };
  writeFileSync(join(folder, "metrics.jsonl"), lines([...metrics, warning]));
  writeFileSync(join(folder, "rollouts.jsonl"), lines([1, 2, 3].flatMap((step) => [rollout(step, 0), rollout(step, 1)])));
  const spans = [span("draw", 0, 2, 0, 5), span("draw", 0, 3, 100, 60), span("draw", 1, 3, 120, 60), span("update", 0, 3, 180, 20)];
  writeFileSync(join(folder, "trace.json"), `[\n${spans.map((one) => `${JSON.stringify(one)},\n`).join("")}`);
  return folder;
};

/** Six trials of two alphas and three seeds, of which one is not done, and the folder that they are in. */
export const writeMadeSweep = (root: string): string => {
  for (const alpha of [0.25, 0.5]) {
    for (const seed of [0, 1, 2]) {
      const folder = writeRunFolder(root, {
        file: "alphas",
        values: { objective: { alpha }, seed },
        axes: { "/objective/alpha": alpha, "/seed": seed },
        status: alpha === 0.5 && seed === 2 ? "failed" : "done",
        metrics: { "rouge-2": 10 * alpha + seed, "checks/cut": 0 },
        accuracy: alpha + seed / 8,
      });
      const evaluations = [0, 5, 10].map((step) => ({
        kind: "evaluation",
        step,
        accuracy: 0.125 + (alpha * step + seed) / 100,
        metrics: {},
      }));
      const [before, ...later] = evaluations;
      writeFileSync(join(folder, "metrics.jsonl"), lines([{ ...before, metrics: { "rouge-2": 1 } }, ...later]));
    }
  }
  return join(root, "alphas");
};
