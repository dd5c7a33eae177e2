/** The schema of experiment files, composed from the families of plug-ins and the settings of a training run. */
import { Type, type Static, type TSchema } from "@sinclair/typebox";
import { engineNames, precisions } from "../../engine/names.ts";
import { claims } from "../../evaluation/claims/index.ts";
import { objectives } from "../../objectives/index.ts";
import { policies } from "../../policies/families/index.ts";
import { rewards } from "../../rewards/index.ts";
import { tasks } from "../../tasks/index.ts";
import { ScoringSettings } from "../../training/recipe/scoring-settings.ts";
import { EvaluationSettings } from "../../training/recipe/evaluation-settings.ts";
import { DataSettings, RolloutSettings, TrainingSettings } from "../../training/recipe/training-settings.ts";
import { isObject, type Json, type JsonObject } from "../../files/json.ts";
import { CheckpointName, StageName } from "./origin-schema.ts";
import { having } from "../../plugins/having.ts";
import { Sweep } from "./sweep-schema.ts";
import { SingleTeacher, Teacher } from "./teacher-schema.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/** Names of stages and variants become names of folders. */
const namePattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

const Layers = Type.Array(Type.Integer({ minimum: 0, maximum: 1023 }), {
  minItems: 1,
  maxItems: 1024,
  description:
    "Layers to start from, counted from 0, in the order in which the student has them: the rest is left out. " +
    "All of them when left out.",
});

const StudentStage = closedObject(
  { stage: StageName, layers: Type.Optional(Layers) },
  { description: "The result of an earlier stage, or some of its layers." },
);

const StudentCheckpoint = closedObject(
  { checkpoint: CheckpointName, layers: Type.Optional(Layers) },
  { description: "A checkpoint, or some of its layers. Its tokenizer is the task's." },
);

/** Parts that occur several times are written once, in the schema's `definitions`. */
const definitions = {
  task: tasks.schema,
  policy: policies.schema,
  teacher: SingleTeacher,
  reward: rewards.schema,
  objective: objectives.schema,
};

const defined = <K extends keyof typeof definitions>(name: K) =>
  Type.Unsafe<Static<(typeof definitions)[K]>>({ $ref: `#/definitions/${name}` });

const Student = Type.Unsafe<
  Static<typeof StudentStage> | Static<typeof StudentCheckpoint> | Static<typeof policies.schema>
>({
  description: "The policy that is trained: a new one of some family, the result of a stage, or a checkpoint.",
  type: "object",
  ...having(
    "stage",
    StudentStage,
    Type.Unsafe({ type: "object", ...having("checkpoint", StudentCheckpoint, defined("policy")) }),
  ),
});

const Seed = Type.Integer({ minimum: 0, maximum: 2 ** 53 - 1, description: "Names all random draws of the run." });

const parts = {
  student: Student,
  teacher: Type.Optional(Teacher),
  data: DataSettings,
  rollouts: RolloutSettings,
  rewards: Type.Array(defined("reward"), { default: [], description: "Summed with their weights." }),
  objective: defined("objective"),
  training: TrainingSettings,
  evaluation: EvaluationSettings,
  scoring: ScoringSettings,
};

const Stage = closedObject(
  {
    seed: Type.Optional(Seed),
    task: Type.Optional(defined("task")),
    ...parts,
  },
  {
    description:
      "An earlier training. Task, seed and engine come from the file; a stage may have its own task and seed.",
  },
);

const Variant = Type.Unsafe<JsonObject>({
  type: "object",
  properties: {
    label: { type: "string", description: "What tables call this run." },
    stages: false,
    variants: false,
    sweep: false,
    claims: false,
  },
  description:
    "A JSON merge patch (RFC 7386) over the file: objects merge, null takes a key away, everything else replaces.",
});

const named = <T extends TSchema>(values: T, description: string, minProperties = 0) =>
  Type.Unsafe<Readonly<Record<string, Static<T>>>>({
    type: "object",
    propertyNames: { pattern: namePattern },
    additionalProperties: values,
    minProperties,
    description,
  });

const Experiment = closedObject(
  {
    $schema: Type.Optional(Type.String({ description: "For editors." })),
    question: Type.String({ minLength: 1, description: "What this experiment is to answer." }),
    label: Type.Optional(
      Type.String({
        minLength: 1,
        description: "What tables call the run; in a file with variants, they have their own.",
      }),
    ),
    paper: Type.Optional(Type.String({ description: "The figure or table of a paper that it is about." })),
    seed: Type.Integer({ ...Seed, default: 0 }),
    engine: Type.Union(
      engineNames.map((name) => Type.Literal(name)),
      { default: "auto", description: "What runs the programs; auto takes the best on this machine." },
    ),
    precision: Type.Optional(
      Type.Union(
        precisions.map((name) => Type.Literal(name)),
        {
          description:
            "The type in which products of matrices are computed; weights, sums, norms, softmax and losses are " +
            "float32. bfloat16 needs the engine tensorflow. Default: float32.",
        },
      ),
    ),
    task: defined("task"),
    ...parts,
    stages: Type.Optional(named(Stage, "Earlier trainings by name; their results are kept and used again.")),
    variants: Type.Optional(named(Variant, "Several runs from one file, by name.", 1)),
    sweep: Type.Optional(Sweep),
    claims: Type.Optional(
      Type.Array(claims.schema, {
        maxItems: 100,
        description: "What the trials are to show; `retort claims` says what they do show.",
      }),
    ),
  },
  { title: "Retort experiment", definitions },
);

/** Values of one stage after defaults. */
export type StageValues = Static<typeof Stage>;

/** Values of one experiment after defaults. */
export type ExperimentValues = Static<typeof Experiment>;

const literals = (schema: JsonObject): readonly Json[] | undefined => {
  const branches = schema["anyOf"];
  if (!Array.isArray(branches)) return undefined;
  const values = (branches as readonly Json[]).map((branch) => (isObject(branch) ? branch["const"] : undefined));
  return values.every((value) => value !== undefined) ? values : undefined;
};

/** An object that may be left out because each of its members may. */
const fillsItself = (schema: Json | undefined): boolean =>
  isObject(schema) &&
  isObject(schema["properties"]) &&
  schema["default"] === undefined &&
  schema["required"] === undefined;

/**
 * Says the same more directly: choices between constants become `enum`, what has a default is not required, and an
 * object whose members all have defaults has the default `{}`.
 */
const simplify = (schema: Json): Json => {
  if (Array.isArray(schema)) return (schema as readonly Json[]).map(simplify);
  if (!isObject(schema)) return schema;
  const choices = literals(schema);
  if (choices !== undefined) {
    const { anyOf: _anyOf, ...rest } = schema;
    return { ...rest, enum: choices };
  }
  const simple = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === "default" ? value : simplify(value)]),
  );
  const { properties, required } = simple;
  if (!isObject(properties) || !Array.isArray(required)) return simple;
  const filled = Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key,
      isObject(value) && required.includes(key) && fillsItself(value) ? { ...value, default: {} } : value,
    ]),
  );
  const still = (required as readonly string[]).filter((key) => {
    const property = filled[key];
    return !isObject(property) || property["default"] === undefined;
  });
  const { required: _required, ...rest } = simple;
  return { ...rest, properties: filled, ...(still.length === 0 ? {} : { required: still }) };
};

/**
 * The JSON Schema (draft 7) of experiment files, as plain data: what `retort schema` prints and what files are checked
 * against.
 */
export const experimentSchema: JsonObject = {
  $schema: "http://json-schema.org/draft-07/schema#",
  ...(simplify(JSON.parse(JSON.stringify(Experiment)) as Json) as JsonObject),
};
