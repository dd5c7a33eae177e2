/** What a schema cannot say of how the student is evaluated. */
import { measures, type MeasureValues } from "../../evaluation/measures/index.ts";
import type { Measure } from "../../evaluation/measures/measure.ts";
import { divergences } from "../../objectives/divergences/index.ts";
import { objectiveOf } from "../../objectives/objective-of.ts";
import type { Task } from "../../tasks/task.ts";
import type { EvaluationMode } from "../../training/recipe/evaluation-settings.ts";
import { attempt } from "../file/refusals.ts";
import type { Mistake } from "../schema/check.ts";
import { maxNewTokens } from "../inputs/lengths.ts";
import type { TrainingValues } from "../schema/trainings.ts";

interface LocatedMode {
  readonly mode: EvaluationMode;
  readonly pointer: string;
}

/** The evaluation itself, and each of the other ways. */
const modesOf = ({ evaluation }: TrainingValues): LocatedMode[] => [
  { mode: evaluation, pointer: "/evaluation" },
  ...Object.entries(evaluation.also ?? {}).map(([name, mode]) => ({
    mode,
    pointer: `/evaluation/also/${name}`,
  })),
];

const measureMistakes = (
  { samples, references, entailment }: Measure,
  { mode }: LocatedMode,
  pointer: string,
  task: Task,
): Mistake[] => {
  const drawn = mode.samples ?? 1;
  if (samples > drawn)
    return [
      {
        pointer,
        part: "whole",
        message: `expected at least ${samples} samples of each prompt, got ${drawn}; raise "samples"`,
      },
    ];
  if (references && task.answered === false)
    return [
      { pointer, part: "whole", message: "expected a task with references to compare with, got one without any" },
    ];
  if (entailment === true && task.entails !== true)
    return [{ pointer, part: "whole", message: `expected a task that can tell what is entailed, got ${task.name}` }];
  return [];
};

const metricsMistakes = (located: LocatedMode, task: Task): Mistake[] => {
  const { metrics = [] } = located.mode;
  const names = metrics.map((values: MeasureValues) => measures.create(values));
  return names.flatMap((measure, i): Mistake[] => {
    const pointer = `${located.pointer}/metrics/${i}`;
    const first = names.findIndex(({ name }) => name === measure.name);
    if (first !== i)
      return [
        {
          pointer,
          part: "whole",
          message: `${measure.name} is reported by ${located.pointer}/metrics/${first} already; keep one`,
        },
      ];
    return measureMistakes(measure, located, pointer, task);
  });
};

const samplesMistakes = ({ mode: { samples = 1, temperature }, pointer }: LocatedMode): Mistake[] =>
  samples > 1 && temperature === 0
    ? [
        {
          pointer: `${pointer}/samples`,
          message: `expected 1 at temperature 0, where all are the same, got ${samples}; raise "temperature"`,
        },
      ]
    : [];

/** Beam search draws nothing: what only says how to draw would be ignored. */
const beamMistakes = ({ mode, pointer }: LocatedMode): Mistake[] => {
  const { beams, lengthPenalty, temperature } = mode;
  if (beams === undefined) {
    if (lengthPenalty === undefined) return [];
    return [
      {
        pointer: `${pointer}/lengthPenalty`,
        message: `expected none without "beams", got ${lengthPenalty}; add "beams" or leave it out`,
      },
    ];
  }
  const instead = `beside "beams", which draw nothing`;
  const hot =
    temperature === 0
      ? []
      : [{ pointer: `${pointer}/temperature`, message: `expected 0 ${instead}, got ${temperature}` }];
  const names = (["topK", "topP", "minP"] as const).filter((name) => mode[name] !== undefined);
  const samples = (mode.samples ?? 1) === 1 ? [] : ["samples" as const];
  return [
    ...hot,
    ...[...names, ...samples].map((name) => ({
      pointer: `${pointer}/${name}`,
      message: `expected none ${instead}, got ${mode[name]}; leave it out`,
    })),
  ];
};

const agreementMistakes = ({ mode: { agreement }, pointer }: LocatedMode, task: Task): Mistake[] => {
  if (agreement === undefined) return [];
  const at = `${pointer}/agreement`;
  const made = agreement.divergences.map((values) => attempt(() => divergences.create(values, undefined)));
  const names = made.map((one) => ("part" in one ? one.part.name : undefined));
  const unfit = made.flatMap((one, i): Mistake[] => {
    const first = names.indexOf(names[i]);
    if ("part" in one && first === i) return [];
    const message =
      "part" in one ? `${one.part.name} is measured by ${at}/divergences/${first} already; keep one` : one.message;
    return [{ pointer: `${at}/divergences/${i}`, part: "whole", message }];
  });
  const { vocabularySize } = task.tokenizer;
  return [
    ...(task.answered === false && agreement.prefixes === "references"
      ? [
          {
            pointer: at,
            part: "whole" as const,
            message: 'expected a task with references to compare on, got one without any; set "prefixes" to "teacher"',
          },
        ]
      : []),
    ...unfit,
    ...(agreement.topK < vocabularySize
      ? []
      : [
          {
            pointer: `${at}/topK`,
            message: `expected fewer than the ${vocabularySize} tokens of the vocabulary, got ${agreement.topK}`,
          },
        ]),
  ];
};

/** A completion that may not end is at most as long as one may be. */
const lengthMistakes = (
  values: TrainingValues,
  { mode: { minNewTokens = 0 }, pointer }: LocatedMode,
  task: Task,
): Mistake[] => {
  const most = maxNewTokens(values, task);
  if (minNewTokens <= most) return [];
  return [
    {
      pointer: `${pointer}/minNewTokens`,
      message: `expected at most the ${most} tokens of a completion, got ${minNewTokens}`,
    },
  ];
};

/** Rewards are measured where there are some, under names that no other mode has. */
const rewardMistakes = ({ rewards }: TrainingValues, { mode, pointer }: LocatedMode): Mistake[] =>
  mode.rewards === true && rewards.length === 0
    ? [
        {
          pointer: `${pointer}/rewards`,
          message: "expected false, or nothing, where /rewards has none to measure, got true",
        },
      ]
    : [];

/** The file's own mode has its rewards under this name, beside those of steps. */
const nameMistakes = ({ evaluation: { also = {} } }: TrainingValues): Mistake[] =>
  Object.hasOwn(also, "evaluation")
    ? [
        {
          pointer: "/evaluation/also/evaluation",
          part: "key",
          message: "expected another name: evaluation/reward is what the evaluation itself measures",
        },
      ]
    : [];

/** All that is wrong with how the student is evaluated. */
export const evaluationMistakes = (values: TrainingValues, task: Task): Mistake[] => {
  const objective = attempt(() => objectiveOf(values.objective));
  if ("part" in objective && objective.part.pairs === true) {
    const written = (["metrics", "also", "beams", "agreement", "rewards"] as const).find(
      (name) => values.evaluation[name] !== undefined,
    );
    if (written === undefined) return [];
    return [
      {
        pointer: `/evaluation/${written}`,
        part: "whole",
        message: "expected a student that writes: a reward model is evaluated by its pairs alone",
      },
    ];
  }
  const ofModes = modesOf(values).flatMap((located) => [
    ...rewardMistakes(values, located),
    ...samplesMistakes(located),
    ...beamMistakes(located),
    ...agreementMistakes(located, task),
    ...metricsMistakes(located, task),
    ...lengthMistakes(values, located, task),
  ]);
  return [...nameMistakes(values), ...ofModes];
};
