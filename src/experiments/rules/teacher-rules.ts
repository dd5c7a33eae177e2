/**
 * Rules about what a teacher cannot do, before it is asked: draw tokens, speak of another vocabulary, or answer at all.
 */
import { objectiveOf } from "../../objectives/objective-of.ts";
import type { Objective, Signal } from "../../objectives/objective.ts";
import { learnsOffPolicy } from "../../training/recipe/off-policy.ts";
import { behaviors } from "../../rollouts/behaviors/index.ts";
import { longestPromptText } from "../../tasks/prompt-template.ts";
import type { Task } from "../../tasks/task.ts";
import { remoteTeacher } from "../../teachers/remote/teacher.ts";
import { routeOf } from "../../teachers/routed.ts";
import { attempt } from "../file/refusals.ts";
import type { Mistake } from "../schema/check.ts";
import type { TrainingValues } from "../schema/trainings.ts";
import { decayOf, singleTeachers, type NamedTeacher, type TeacherValues } from "../schema/teacher-schema.ts";

/** What a teacher is when it is no single policy here; nothing when it is one. */
const otherKind = (teacher: TeacherValues): { readonly key: string; readonly name: string } | undefined => {
  if ("routes" in teacher) return { key: "routes", name: "several of which each prompt names one" };
  if ("mixture" in teacher) return { key: "mixture", name: "a mixture" };
  if ("server" in teacher) return { key: "server", name: "one on a server" };
  return decayOf(teacher) === undefined ? undefined : { key: "student", name: "an average of the student" };
};

/** Two policies are compared whose weights and tokens are here. */
const agreementMistakes = ({ teacher, evaluation, objective }: TrainingValues): Mistake[] => {
  const pointers = [
    ...(evaluation.agreement === undefined ? [] : ["/evaluation/agreement"]),
    ...Object.entries(evaluation.also ?? {}).flatMap(([name, { agreement }]) =>
      agreement === undefined ? [] : [`/evaluation/also/${name}/agreement`],
    ),
  ];
  if (pointers.length === 0) return [];
  const made = attempt(() => objectiveOf(objective));
  const foreign =
    "part" in made && made.part.needs.includes("foreignTeacherLogProbs")
      ? { name: "one of another vocabulary" }
      : undefined;
  const shown = teacher !== undefined && "context" in teacher ? { name: "one with a context of its own" } : undefined;
  const kind = teacher === undefined ? { name: "none" } : (otherKind(teacher) ?? shown ?? foreign);
  if (kind === undefined) return [];
  const message =
    `expected a frozen teacher here to compare the student with, got ${kind.name}; ` + "take a stage or a checkpoint";
  return pointers.map((pointer) => ({ pointer, part: "whole", message }));
};

const drawingMistakes = ({ teacher, rollouts, data }: TrainingValues): Mistake[] => {
  const shown = teacher !== undefined && "context" in teacher ? { name: "one with a context of its own" } : undefined;
  const kind = teacher === undefined ? undefined : (otherKind(teacher) ?? shown);
  if (kind === undefined) return [];
  const writes = data.offPolicy === "teacher" && learnsOffPolicy(data);
  if (!writes && behaviors.create(rollouts.behavior, undefined).mixture === undefined) return [];
  const pointer = writes ? "/data/offPolicy" : "/rollouts/behavior/type";
  return [{ pointer, message: `expected a teacher here to draw with, got ${kind.name}; take a stage or a checkpoint` }];
};

/** One of another vocabulary is read through its own tokenizer, which is done for a policy here alone. */
const foreignMistakes = ({ teacher }: TrainingValues, { name, needs }: Objective<Signal>): Mistake[] => {
  const kind = teacher === undefined ? undefined : otherKind(teacher);
  if (kind === undefined || !needs.includes("foreignTeacherLogProbs")) return [];
  const message =
    `${name} reads a teacher of another vocabulary, and ${kind.name} is asked in the student's tokens; take a ` +
    "stage or a checkpoint";
  return [{ pointer: `/teacher/${kind.key}`, part: "key", message }];
};

/** An address, and a temperature that the server's answers can be brought to. */
const serverMistakes = ({ teacher, pointer }: NamedTeacher, asksAll: boolean): Mistake[] => {
  if (!("server" in teacher)) return [];
  const { server, temperature } = teacher;
  const address = attempt(() => remoteTeacher({ server, temperature: 1, detail: "all", vocabularySize: 1 }));
  if ("message" in address) return [{ pointer: `${pointer}/server/url`, message: address.message }];
  if (asksAll || temperature === 1) return [];
  const message =
    `expected 1, got ${temperature}: a server gives log-probs at temperature 1, which can be changed only ` +
    `where all of them are known; leave the objective's "topK" out`;
  return [{ pointer: `${pointer}/temperature`, message }];
};

const averageMistakes = (teacher: TeacherValues): Mistake[] => {
  const named = singleTeachers(teacher);
  const still = named.filter(
    (one) => "student" in one.teacher && one.teacher.student === "initial" && one.teacher.decay !== undefined,
  );
  const averages = named.flatMap(({ teacher: one, pointer }) => {
    const decay = decayOf(one);
    return decay === undefined ? [] : [{ pointer, decay }];
  });
  const other = averages.find(({ decay }) => decay !== averages[0]!.decay);
  return [
    ...still.map(({ pointer }): Mistake => {
      return {
        pointer: `${pointer}/decay`,
        part: "key",
        message: 'expected no decay of the initial student, which is frozen; take "student": "average"',
      };
    }),
    ...(other === undefined
      ? []
      : [
          {
            pointer: other.pointer,
            message: `expected one decay of all averages of the student, got ${averages[0]!.decay} and ${other.decay}`,
          },
        ]),
  ];
};

/** Scores that stay true: of a teacher that does not change, in the student's tokens. */
const scoresMistakes = ({ teacher, pointer }: NamedTeacher, objective: Objective<Signal> | undefined): Mistake[] => {
  if (teacher.scores === undefined) return [];
  const at = { pointer: `${pointer}/scores`, part: "key" } as const;
  if (decayOf(teacher) !== undefined) {
    return [
      {
        ...at,
        message: "expected no stored scores of an average of the student, which changes at each step; leave scores out",
      },
    ];
  }
  if (objective?.needs.includes("foreignTeacherLogProbs") !== true) return [];
  return [
    {
      ...at,
      message: `${objective.name} reads a teacher of another vocabulary, whose scores are not stored; leave scores out`,
    },
  ];
};

/** What is wrong with the teacher of a training; nothing where it has none. */
export const teacherMistakes = (values: TrainingValues): Mistake[] => {
  const { teacher } = values;
  const compared = agreementMistakes(values);
  if (teacher === undefined) return compared;
  const made = attempt(() => objectiveOf(values.objective));
  // An objective that cannot be made is a mistake of its own.
  const objective = "message" in made ? undefined : made.part;
  // A mixture is made of all log-probs.
  const asksAll = (pointer: string): boolean => objective?.topK === undefined || pointer.includes("/mixture/");
  return [
    ...singleTeachers(teacher).flatMap((named) => serverMistakes(named, asksAll(named.pointer))),
    ...singleTeachers(teacher).flatMap((named) => scoresMistakes(named, objective)),
    ...averageMistakes(teacher),
    ...compared,
    ...drawingMistakes(values),
    ...(objective === undefined ? [] : foreignMistakes(values, objective)),
  ];
};

const contextMistakes = ({ teacher: { context }, pointer }: NamedTeacher, task: Task): Mistake[] => {
  if (context === undefined) return [];
  const at = `${pointer}/context`;
  if (context.includes("{reference}") && task.answered === false) {
    return [{ pointer: at, message: "expected a task with references for {reference}, got one without any" }];
  }
  const made = attempt(() => longestPromptText(task, context));
  return "message" in made ? [{ pointer: at, message: made.message }] : [];
};

/**
 * What is wrong between a teacher and the prompts of the task: parts that it is to be shown, and routes that prompts
 * name.
 */
export const teacherPromptMistakes = ({ teacher }: TrainingValues, task: Task): Mistake[] => {
  const shown = singleTeachers(teacher).flatMap((named) => contextMistakes(named, task));
  if (teacher === undefined || !("routes" in teacher)) return shown;
  const names = Object.keys(teacher.routes);
  const routed = attempt(() => task.train.map((prompt) => routeOf(prompt, teacher.by, names)));
  return "message" in routed ? [...shown, { pointer: "/teacher/routes", part: "key", message: routed.message }] : shown;
};
