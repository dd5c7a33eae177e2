/** Rules about reward models that are trained on pairs: what they learn from, and who may use what they become. */
import { objectiveOf } from "../../objectives/objective-of.ts";
import { modelsNamed } from "../../rewards/model/reference.ts";
import type { Task } from "../../tasks/task.ts";
import { attempt } from "../file/refusals.ts";
import type { Mistake } from "../schema/check.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import { stageValues, type TrainingValues } from "../schema/trainings.ts";
import { singleTeachers } from "../schema/teacher-schema.ts";

/**
 * Whether a training leaves a reward model. An objective that cannot be made is a mistake of its own, and leaves
 * anything.
 */
export const learnsFromPairs = ({ objective }: Pick<TrainingValues, "objective">): boolean => {
  const made = attempt(() => objectiveOf(objective));
  return "part" in made && made.part.pairs === true;
};

/** Stages of students and teachers must leave a policy; those that rewards name, a reward model. */
const stageMistakes = (file: ExperimentValues, { student, teacher, rewards }: TrainingValues): Mistake[] => {
  const leavesRewardModel = (stage: string): boolean => learnsFromPairs(stageValues(file, stage));
  const writers = [
    ...("stage" in student ? [{ pointer: "/student/stage", stage: student.stage }] : []),
    ...singleTeachers(teacher).flatMap(({ teacher: one, pointer }) =>
      "stage" in one ? [{ pointer: `${pointer}/stage`, stage: one.stage }] : [],
    ),
  ];
  const wrong = writers.filter(({ stage }) => leavesRewardModel(stage));
  const asked = modelsNamed(rewards, "/rewards").flatMap(({ reference, pointer }) =>
    "stage" in reference && !leavesRewardModel(reference.stage)
      ? [{ pointer: `${pointer}/stage`, stage: reference.stage }]
      : [],
  );
  return [
    ...wrong.map(({ pointer, stage }): Mistake => {
      const message =
        `expected a stage that leaves a policy, got "${stage}", which leaves a reward model; name it in ` + "/rewards";
      return { pointer, message };
    }),
    ...asked.map(({ pointer, stage }): Mistake => {
      const message =
        `expected a stage that leaves a reward model, got "${stage}", which leaves a policy; give it an ` +
        "objective that learns from pairs";
      return { pointer, message };
    }),
  ];
};

const ownMistakes = (values: TrainingValues, { train, test, name }: Task): Mistake[] => {
  if (!learnsFromPairs(values)) return [];
  const { data, objective, training } = values;
  const mistakes: Mistake[] = [];
  if ([...train, ...test].some(({ rejected }) => rejected === undefined)) {
    const message =
      `${objective.type} learns from pairs, and the task ${name} has none; give its lines "chosen" and ` + `"rejected"`;
    mistakes.push({ pointer: "/objective", part: "whole", message });
  }
  const { microBatch = training.batch } = training;
  if (microBatch < training.batch && microBatch % 2 !== 0)
    mistakes.push({ pointer: "/training/microBatch", message: `expected an even number for pairs, got ${microBatch}` });
  if (training.batch % 2 !== 0)
    mistakes.push({ pointer: "/training/batch", message: `expected an even number for pairs, got ${training.batch}` });
  if (data.offPolicy !== "references") {
    mistakes.push({
      pointer: "/data/offPolicy",
      message: `expected "references", got "${data.offPolicy}": ${objective.type} learns from the task's pairs`,
    });
  }
  for (const key of ["adaptive", "replay"] as const) {
    if (data[key] === undefined) continue;
    mistakes.push({
      pointer: `/data/${key}`,
      part: "whole",
      message: `expected none: ${objective.type} learns from the task's pairs alone`,
    });
  }
  return mistakes;
};

/** What is wrong with a training on pairs, or with one that names what such a training leaves. */
export const pairMistakes = (file: ExperimentValues, values: TrainingValues, task: Task): Mistake[] => [
  ...stageMistakes(file, values),
  ...ownMistakes(values, task),
];
