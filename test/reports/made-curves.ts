/** Results of figure 5 on SmolLM2 that were made up: with curves and completions, whose text would be markup. */
import type { FigureResults, FigureTrial } from "../../src/reproduction/figure-results.ts";
import type { ShownCompletion } from "../../src/runs/reading/completions.ts";

/** Text that must stay text, on a page and in Markdown. */
const stranger = "<img src=x> **bold** | [link](https://example.org) `code`";

const completion = (alpha: number, text: string): ShownCompletion => ({
  step: 100,
  prompt: `${stranger}\nIn short:`,
  completion: text,
  reference: "A <b>reference</b>",
  source: "student",
  cut: false,
  tokens: 3,
  reward: 1,
  advantage: 0.25,
  pieces:
    alpha === 0
      ? []
      : [
          { text: " The|", divergence: 0.125 },
          { text: " cat*", divergence: 1.5 },
          { text: "", divergence: 0.3 },
        ],
});

/** What the seeds add: for three seeds a mean of 0. */
const noise = [-1, 0, 1] as const;

/** ROUGE-2 of an alpha: the highest between the ends. Entailment falls with alpha, in steps. */
const final = (alpha: number, seed: number) => ({
  "rouge-2": 10 + 20 * alpha * (1 - alpha) + 0.1 * noise[seed]! + alpha / 10,
  entailment: 0.8 - 0.4 * alpha + 0.01 * noise[seed]! * (alpha + 0.5),
});

const trial = (alpha: number, seed: number): FigureTrial => {
  const [first, last] = [{ "rouge-2": 5, entailment: 0.25 }, final(alpha, seed)];
  const middle = { "rouge-2": (5 + last["rouge-2"]) / 2, entailment: (0.25 + last.entailment) / 2 };
  return {
    run: "rl-gkd",
    id: `${alpha}-${seed}`,
    label: "",
    axes: { "/objective/alpha": alpha, "/seed": seed },
    initial: first,
    final: last,
    curve: [
      { step: 0, tokens: 0, metrics: first },
      { step: 50, tokens: 20_000 + 100 * seed, metrics: middle },
      { step: 100, tokens: 40_000 + 200 * seed, metrics: last },
    ],
    ...(seed === 0 ? { completions: [completion(alpha, stranger), completion(alpha, "The cat")] } : {}),
  };
};

/** Of alphas 0, 0.5 and 1, and of the teacher, which has no curve; three seeds of each. */
export const madeCurves: FigureResults = {
  figure: "5",
  scale: "pretrained",
  question: "Is a mixture better than both ends?",
  engine: "tensorflow",
  planned: 12,
  trials: [
    ...[0, 0.5, 1].flatMap((alpha) => [0, 1, 2].map((seed) => trial(alpha, seed))),
    ...[0, 1, 2].map((seed): FigureTrial => ({
      run: "teacher",
      id: `teacher-${seed}`,
      label: "",
      axes: { "/seed": seed },
      initial: { "rouge-2": 20, entailment: 0.5 },
      final: { "rouge-2": 20, entailment: 0.5 },
    })),
  ],
};

/** Milliseconds of a step of each trial that has a curve. */
export const madeSteps: Readonly<Record<string, number>> = Object.fromEntries(
  madeCurves.trials.flatMap(({ id, curve, axes }) => (curve === undefined ? [] : [[id, 6000 + 600 * (axes["/seed"] as number)]])),
);
