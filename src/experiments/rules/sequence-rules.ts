/**
 * Rules about where a training's sequences come from: who must be there to write them, and whether the objective can
 * learn from them.
 */
import type { DrawnTokens, LearnsFrom, Objective, Signal } from "../../objectives/objective.ts";
import { boundsOf } from "../../objectives/schedules/schedule.ts";
import { behaviors } from "../../rollouts/behaviors/index.ts";
import { isTempered, shapingIn } from "../../rollouts/decoding/shaping.ts";
import type { Mistake } from "../schema/check.ts";
import type { TrainingValues } from "../schema/trainings.ts";
import { decayOf, singleTeachers } from "../schema/teacher-schema.ts";

const fractionPointer = "/data/onPolicyFraction";

/** Who writes sequences at some time of the run. */
const writers = ({ data }: TrainingValues): Readonly<Record<LearnsFrom, boolean>> => {
  const { least, most } = boundsOf(data.onPolicyFraction);
  return { student: most > 0 || data.adaptive !== undefined, others: least < 1 };
};

const teacherRules = (values: TrainingValues): Mistake[] => {
  if (values.teacher !== undefined) return [];
  const mistakes: Mistake[] = [];
  if (behaviors.create(values.rollouts.behavior, undefined).mixture !== undefined) {
    const message =
      `expected "student", got "${values.rollouts.behavior.type}": it draws from a teacher too, and there is ` +
      `none; add "teacher"`;
    mistakes.push({ pointer: "/rollouts/behavior/type", message });
  }
  if (values.data.offPolicy === "teacher" && writers(values).others) {
    const message = `expected "references", got "teacher": there is no teacher that could write; add "teacher"`;
    mistakes.push({ pointer: "/data/offPolicy", message });
  }
  return mistakes;
};

/** Each term of the objective has sequences to learn from, and the student's completions have a term. */
const learningRules = (values: TrainingValues, objective: Objective<Signal>): Mistake[] => {
  const written = writers(values);
  const most = values.data.adaptive === undefined ? boundsOf(values.data.onPolicyFraction).most : 1;
  if (written.student && !objective.learnsFrom.includes("student")) {
    const message = `expected 0, got ${most}: ${objective.name} learns nothing from the student's own completions`;
    return [{ pointer: fractionPointer, message }];
  }
  const parts = objective.terms?.map((term) => term.objective) ?? [objective];
  const idle = parts.filter(({ learnsFrom }) => !learnsFrom.some((from) => written[from]));
  return idle.map(({ name, learnsFrom }): Mistake => {
    const message = learnsFrom.includes("student")
      ? `expected more than 0, got 0: ${name} needs completions that the student samples`
      : `expected less than 1, got 1: ${name} needs sequences that the student has not sampled`;
    return { pointer: fractionPointer, message };
  });
};

/** What an estimate from drawn tokens takes for granted of them, and this training does not give. */
const biasRules = (values: TrainingValues, objective: Objective<Signal>): Mistake[] => {
  if (!writers(values).student) return [];
  const parts = objective.terms?.map((term) => term.objective) ?? [objective];
  const estimates = parts.flatMap(({ name, drawn }) => (drawn === undefined ? [] : [{ name, ...drawn }]));
  return [...temperatureRules(values, estimates), ...freshnessRules(values, estimates)];
};

type Estimate = DrawnTokens & { readonly name: string };

const temperatureRules = ({ rollouts }: TrainingValues, estimates: readonly Estimate[]): Mistake[] => {
  const other = estimates.find(({ temperature }) => temperature !== rollouts.temperature);
  if (other === undefined) return [];
  const message =
    `expected the student temperature of ${other.name}, ${other.temperature}, got ${rollouts.temperature}: the ` +
    `gradient would be that of a distribution which drew no token; set both alike ("studentTemperature" in the ` +
    "objective)";
  return [{ pointer: "/rollouts/temperature", message }];
};

/** Tokens of another distribution than the student's of now need the weights of importance. */
const freshnessRules = ({ rollouts, data, training }: TrainingValues, estimates: readonly Estimate[]): Mistake[] => {
  const biased = estimates.find(({ weighted }) => !weighted);
  if (biased === undefined) return [];
  const why =
    `${biased.name} takes every completion for the student's own, of now, and would be biased; take an ` +
    "objective with importance weights";
  const mistakes: Mistake[] = [];
  if (behaviors.create(rollouts.behavior, undefined).mixture !== undefined) {
    mistakes.push({
      pointer: "/rollouts/behavior/type",
      message: `expected "student", got "${rollouts.behavior.type}": ${why}`,
    });
  }
  const { temperature: _temperature, ...shaped } = shapingIn(rollouts);
  for (const [name, value] of Object.entries(shaped)) {
    if (isTempered({ temperature: 1, [name]: value })) continue;
    mistakes.push({
      pointer: `/rollouts/${name}`,
      message: `expected nothing but a temperature, got ${value}: ${why}`,
    });
  }
  if (data.replay !== undefined && boundsOf(data.replay.fresh).least < 1) {
    mistakes.push({ pointer: "/data/replay", message: `expected nothing to be replayed: ${why}` });
  }
  const { maxStaleness = 0 } = rollouts;
  if (maxStaleness > 0)
    mistakes.push({ pointer: "/rollouts/maxStaleness", message: `expected 0, got ${maxStaleness}: ${why}` });
  if (training.updates > 1)
    mistakes.push({ pointer: "/training/updates", message: `expected 1, got ${training.updates}: ${why}` });
  return mistakes;
};

const replayRules = ({ data: { replay }, rollouts: { group } }: TrainingValues): Mistake[] =>
  replay === undefined || replay.capacity >= group
    ? []
    : [
        {
          pointer: "/data/replay/capacity",
          message: `expected at least /rollouts/group = ${group}, got ${replay.capacity}`,
        },
      ];

const adaptiveRules = ({ data: { adaptive, onPolicyFraction }, evaluation }: TrainingValues): Mistake[] => {
  if (adaptive === undefined) return [];
  const mistakes: Mistake[] = [];
  if (typeof onPolicyFraction !== "number" || onPolicyFraction >= 1) {
    const got = typeof onPolicyFraction === "number" ? String(onPolicyFraction) : "a ramp";
    mistakes.push({
      pointer: fractionPointer,
      message: `expected a number below 1, from which "adaptive" lets it rise, got ${got}`,
    });
  }
  if (evaluation.every === 0) {
    mistakes.push({
      pointer: "/evaluation/every",
      message: `expected more than 0, got 0: "adaptive" moves lambda at evaluations`,
    });
  }
  return mistakes;
};

/** Steps that are drawn ahead are drawn before what these settings would go by is known. */
const lookaheadRules = ({ data, teacher, rollouts: { maxStaleness = 0 } }: TrainingValues): Mistake[] => {
  if (maxStaleness === 0) return [];
  const refuse = (why: string): Mistake => ({
    pointer: "/rollouts/maxStaleness",
    message: `expected 0, got ${maxStaleness}: ${why}`,
  });
  const averaging = singleTeachers(teacher).filter((single) => decayOf(single.teacher) !== undefined);
  return [
    ...averaging.map(({ pointer }) =>
      refuse(
        `the teacher at ${pointer} is the student's average after each step, and later steps are scored ` +
          "before it is there; take a frozen teacher",
      ),
    ),
    ...(data.adaptive === undefined
      ? []
      : [
          refuse(
            "/data/adaptive moves lambda at evaluations, and the steps that follow are drawn before them; " +
              "take a ramp for /data/onPolicyFraction",
          ),
        ]),
    ...(data.replay === undefined
      ? []
      : [
          refuse(
            "/data/replay draws from what earlier steps have left, and they are not done when later ones " +
              "begin; leave one of the two out",
          ),
        ]),
  ];
};

/** What is wrong with the sources of a training's sequences, given its objective. */
export const sequenceMistakes = (values: TrainingValues, objective: Objective<Signal>): Mistake[] => [
  ...teacherRules(values),
  ...learningRules(values, objective),
  ...biasRules(values, objective),
  ...replayRules(values),
  ...lookaheadRules(values),
  ...adaptiveRules(values),
];
