/** The models that rewards ask: how an experiment file names them, and where they are when the rewards are made. */
import { Type, type Static } from "@sinclair/typebox";
import { closedObject } from "../../plugins/closed-object.ts";

const FromStage = closedObject(
  { stage: Type.String({ description: "Name of an earlier stage of this file with the objective bradley-terry." }) },
  { description: "The reward model that a stage leaves." },
);

const FromCheckpoint = closedObject(
  {
    checkpoint: Type.String({
      minLength: 1,
      description: "A folder, relative to this file, or owner/name@revision of the HuggingFace Hub.",
    }),
  },
  { description: "A sequence classifier: *ForSequenceClassification of transformers." },
);

/**
 * A model in an experiment file: the reward model that a stage leaves, or a sequence classifier
 * (`*ForSequenceClassification`).
 */
export type ModelReference = Static<typeof FromStage> | Static<typeof FromCheckpoint>;

/** Its schema; a reward has it under the key `model`, where stages and plans find it. */
export const modelSchema = Type.Unsafe<ModelReference>({
  description: "A sequence classifier: the result of an earlier stage, or a checkpoint.",
  type: "object",
  if: { properties: { stage: true }, required: ["stage"] },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: FromStage,
  else: FromCheckpoint,
});

/** The name of a reference among `RewardModels`. */
export const modelKey = (reference: ModelReference): string =>
  "stage" in reference ? `stage ${reference.stage}` : `checkpoint ${reference.checkpoint}`;

/** A reference, and its location. */
export interface LocatedReference {
  readonly reference: ModelReference;
  /** JSON Pointer from the list of rewards. */
  readonly pointer: string;
}

/** Keys under which rewards have others. */
const nested = ["condition", "reward", "rewards"] as const;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const isReference = (value: unknown): value is ModelReference =>
  isObject(value) && (typeof value["checkpoint"] === "string" || typeof value["stage"] === "string");

/** Every model that a list of rewards names, those within products and gates too, in their order. */
export const modelsNamed = (rewards: readonly object[], pointer = ""): LocatedReference[] =>
  rewards.flatMap((values, index) => modelsOf(values, `${pointer}/${index}`));

const modelsOf = (values: object, pointer: string): LocatedReference[] => {
  // What a module's parameters are called is its own affair.
  if ("module" in values) return [];
  const { model } = values as { readonly model?: unknown };
  const own = isReference(model) ? [{ reference: model, pointer: `${pointer}/model` }] : [];
  const inner = nested.flatMap((key) => {
    const value = (values as Readonly<Record<string, unknown>>)[key];
    if (Array.isArray(value)) return modelsNamed(value.filter(isObject), `${pointer}/${key}`);
    return isObject(value) ? modelsOf(value, `${pointer}/${key}`) : [];
  });
  return [...own, ...inner];
};

/** The reward's values with something else instead of each model that it or a reward in it names. */
export const withModels = (values: object, change: (reference: ModelReference) => object): object =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]: [string, unknown]) => {
      if ("module" in values) return [key, value];
      if (key === "model" && isReference(value)) return [key, change(value)];
      if (!nested.some((name) => name === key)) return [key, value];
      if (Array.isArray(value)) return [key, value.map((item: object) => withModels(item, change))];
      return [key, isObject(value) ? withModels(value, change) : value];
    }),
  );
