/** What an experiment file says of a teacher: one policy, or several that are mixed. */
import { Type, type Static, type TSchema } from "@sinclair/typebox";
import { TeacherServer } from "../../teachers/remote/settings.ts";
import { formatPointer } from "../../files/json.ts";
import { CheckpointName, StageName } from "./origin-schema.ts";
import { having } from "../../plugins/having.ts";
import { closedObject } from "../../plugins/closed-object.ts";

const objectHaving = (key: string, then: TSchema, otherwise: TSchema): TSchema =>
  Type.Unsafe({ type: "object", ...having(key, then, otherwise) });

const temperature = Type.Number({
  default: 1,
  exclusiveMinimum: 0,
  description: "The teacher's logits are divided by it.",
});

const context = Type.Optional(
  Type.String({
    minLength: 1,
    description:
      "What it is shown instead of the prompt, for a teacher that may know more than the student: {prompt}, " +
      "{reference} and the names of the task's fields in braces are replaced by the prompt's own. It scores the " +
      "same completion.",
  }),
);

const scores = Type.Optional(
  closedObject(
    {
      folder: Type.String({
        minLength: 1,
        description: "Where they are kept, relative to this file. Runs, trials and processes may share it.",
      }),
      ask: Type.Boolean({
        default: true,
        description:
          "Whether the teacher is asked for a sequence that is not there. If not, such a sequence has no " +
          "score: distillation without the teacher.",
      }),
      mebibytes: Type.Number({
        default: 4096,
        exclusiveMinimum: 0,
        description: "About what the folder may take; what was written first goes first.",
      }),
    },
    {
      description:
        "Scores are kept on the disk, by the teacher's weights and the sequence's tokens, and read when they " +
        "are needed again.",
    },
  ),
);

const shared = { temperature, context, scores };

const TeacherStage = closedObject(
  { stage: StageName, ...shared },
  { description: "The result of an earlier stage, frozen." },
);

const TeacherCheckpoint = closedObject(
  { checkpoint: CheckpointName, ...shared },
  { description: "A checkpoint, frozen." },
);

const TeacherOnServer = closedObject({ server: TeacherServer, ...shared }, { description: "A policy on a server." });

const TeacherStudent = closedObject(
  {
    student: Type.Union([Type.Literal("initial"), Type.Literal("average")], {
      description:
        "initial: the student as the training finds it, frozen. average: an exponential moving average of " +
        "its weights as it learns.",
    }),
    decay: Type.Optional(
      Type.Number({
        minimum: 0,
        exclusiveMaximum: 1,
        description: "Of the average: what remains of it at each step, the rest is the student; 0.99 when left out.",
      }),
    ),
    ...shared,
  },
  { description: "The student itself." },
);

/** One teacher. It is in the schema's `definitions` as `teacher`. */
export const SingleTeacher = Type.Unsafe<
  | Static<typeof TeacherStage>
  | Static<typeof TeacherCheckpoint>
  | Static<typeof TeacherOnServer>
  | Static<typeof TeacherStudent>
>({
  description:
    "One policy that is imitated: the result of a stage, a checkpoint, one on a server, or the student itself.",
  type: "object",
  ...having(
    "checkpoint",
    TeacherCheckpoint,
    objectHaving("server", TeacherOnServer, objectHaving("student", TeacherStudent, TeacherStage)),
  ),
});

/** Values of one teacher after defaults. */
export type SingleTeacherValues = Static<typeof SingleTeacher>;

const single = Type.Unsafe<SingleTeacherValues>({ $ref: "#/definitions/teacher" });

const TeacherMixture = closedObject(
  {
    mixture: Type.Array(
      closedObject({
        teacher: single,
        weight: Type.Number({
          default: 1,
          exclusiveMinimum: 0,
          description: "What its probabilities count, as a share of all weights.",
        }),
      }),
      { minItems: 1, maxItems: 64, description: "The teachers, all of the student's vocabulary." },
    ),
  },
  { description: "Several teachers: at every position the weighted mean of their probabilities." },
);

const Mixed = Type.Unsafe<SingleTeacherValues | Static<typeof TeacherMixture>>({
  type: "object",
  ...having("mixture", TeacherMixture, single),
});

/** Values of one teacher or of a mixture, after defaults. */
export type MixedTeacherValues = Static<typeof Mixed>;

const TeacherRoutes = closedObject(
  {
    by: Type.String({
      minLength: 1,
      description: "The field of each prompt that names its teacher: one of the task's fields.",
    }),
    routes: Type.Unsafe<Readonly<Record<string, Static<typeof Mixed>>>>({
      type: "object",
      additionalProperties: Mixed,
      minProperties: 1,
      description: "The teachers by the names that the prompts have for them, all of the student's vocabulary.",
    }),
  },
  { description: "Several teachers, of which each prompt names its own." },
);

/** The teacher of a training. */
export const Teacher = Type.Unsafe<Static<typeof Mixed> | Static<typeof TeacherRoutes>>({
  description:
    "What is imitated: a stage's result, a checkpoint, a policy on a server, the student itself, a mixture " +
    "of them, or the one of several that each prompt names.",
  type: "object",
  ...having("routes", TeacherRoutes, Mixed),
});

/** Values of a teacher after defaults. */
export type TeacherValues = Static<typeof Teacher>;

/** The decay of a teacher that follows the student, which averages; nothing for any other. */
export const decayOf = (teacher: SingleTeacherValues): number | undefined =>
  "student" in teacher && teacher.student === "average" ? (teacher.decay ?? 0.99) : undefined;

/** One of a training's teachers, and its pointer. */
export interface NamedTeacher {
  readonly teacher: SingleTeacherValues;
  /** From the training on. */
  readonly pointer: string;
}

/** All single teachers of a training, in the order of the file; none where it has no teacher. */
export const singleTeachers = (teacher: TeacherValues | undefined, pointer = "/teacher"): readonly NamedTeacher[] => {
  if (teacher === undefined) return [];
  if ("routes" in teacher) {
    return Object.entries(teacher.routes).flatMap(([name, route]) =>
      singleTeachers(route, `${pointer}/routes${formatPointer([name])}`),
    );
  }
  if (!("mixture" in teacher)) return [{ teacher, pointer }];
  return teacher.mixture.map((member, i) => ({ teacher: member.teacher, pointer: `${pointer}/mixture/${i}/teacher` }));
};
