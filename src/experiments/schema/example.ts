/** A value that a schema takes, to show how one is written. */
import { isObject, type Json, type JsonObject } from "../../files/json.ts";
import { listed, referred, under, type LocatedSchema } from "./located-schema.ts";

/** Texts by the keys that hold them, where the schema itself has no example. */
const texts: Readonly<Record<string, string>> = {
  $schema: "../schema/experiment.json",
  along: "/objective/alpha",
  by: "topic",
  checkpoint: "HuggingFaceTB/SmolLM2-135M",
  code: "0".repeat(64),
  context: "{prompt}\nA right answer: {reference}",
  dataset: "openai/gsm8k",
  end: "</think>",
  fields: "topic",
  files: "main/train-00000-of-00001.parquet",
  folder: "teacher-scores",
  id: "alpha-helps",
  label: "RL + GKD",
  metric: "accuracy",
  module: "./divergence.ts",
  over: "/seed",
  paper: "GKD, figure 5",
  path: "prompts.jsonl",
  pattern: "^The answer is",
  prompt: "Q: {question}",
  question: "What do a reward and a teacher bring at once?",
  reference: "{answer}",
  stage: "teacher",
  start: "<think>",
  statement: "More of the teacher is better.",
  template: "{prompt}{completion}",
  tokenVariable: "SERVER_TOKEN",
  url: "http://127.0.0.1:8000",
};

/** Numbers by the keys that hold them, where they are within the bounds. */
const numbers: Readonly<Record<string, number>> = {
  batch: 64,
  every: 100,
  group: 4,
  heads: 4,
  layers: 2,
  learningRate: 0.001,
  maxNewTokens: 64,
  prompts: 500,
  rank: 8,
  steps: 300,
  test: 500,
  topK: 64,
  train: 20_000,
  width: 64,
};

const textOf = ({ minLength, pattern }: JsonObject, key: string): string => {
  const fits = (text: string): boolean =>
    text.length >= Number(minLength ?? 0) && (typeof pattern !== "string" || new RegExp(pattern, "u").test(text));
  return [texts[key] ?? key, "name", "/seed"].find(fits) ?? "";
};

const numberOf = (schema: JsonObject, key: string): number => {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const known = numbers[key];
  if (known !== undefined && known >= Number(minimum ?? known) && known <= Number(maximum ?? known)) return known;
  const least = Number(minimum ?? exclusiveMinimum ?? 0);
  const most = Number(maximum ?? exclusiveMaximum ?? Math.max(1, least + 1));
  if (type === "integer") return exclusiveMinimum === undefined ? Math.max(least, Math.min(1, most)) : least + 1;
  if (least <= 0.5 && most > 0.5) return 0.5;
  return exclusiveMinimum === undefined ? least : (least + most) / 2;
};

/** Levels below which an example has the least that is valid. */
const depth = 8;

const objectOf = (document: JsonObject, located: LocatedSchema, levels: number): JsonObject => {
  const { properties, required, minProperties, additionalProperties, patternProperties, propertyNames } =
    located.schema;
  const keys = Object.keys(isObject(properties) ? properties : {}).filter((key) =>
    isObject((properties as JsonObject)[key]),
  );
  const needed = Array.isArray(required) ? (required as readonly string[]) : [];
  // An object that needs nothing shows the first that it may have.
  const shown = needed.length > 0 ? needed : keys.slice(0, 1);
  const members = shown.map(
    (key) => [key, madeOf(document, under(located, "properties", key), key, levels - 1)] as const,
  );
  if (members.length > 0 || (minProperties === undefined && keys.length > 0)) return Object.fromEntries(members);
  const name = isObject(propertyNames) ? textOf(propertyNames, "name") : "name";
  const [pattern] = Object.keys(isObject(patternProperties) ? patternProperties : {});
  if (pattern !== undefined)
    return { [name]: madeOf(document, under(located, "patternProperties", pattern), name, levels - 1) };
  return isObject(additionalProperties)
    ? { [name]: madeOf(document, under(located, "additionalProperties"), name, levels - 1) }
    : {};
};

const listOf = (document: JsonObject, located: LocatedSchema, key: string, levels: number): readonly Json[] => {
  const { items, minItems } = located.schema;
  if (Array.isArray(items)) return items.map((_, i) => madeOf(document, under(located, "items", i), key, levels - 1));
  if (!isObject(items)) return [];
  const one = Object.keys(items).length === 0 ? 0 : madeOf(document, under(located, "items"), key, levels - 1);
  return Array.from({ length: Math.max(1, Number(minItems ?? 1)) }, () => one);
};

/** A default that shows something. */
const isTelling = (value: Json | undefined): value is Json =>
  value !== undefined && (typeof value !== "object" || value === null || Object.keys(value).length > 0);

const madeOf = (document: JsonObject, located: LocatedSchema, key: string, levels: number): Json => {
  const { schema } = located;
  const { examples, default: fallback, $ref } = schema;
  const [first] = Array.isArray(examples) ? (examples as readonly Json[]) : [];
  if (first !== undefined) return first;
  if (schema["const"] !== undefined) return schema["const"];
  if (isTelling(fallback)) return fallback;
  if (fallback !== undefined && levels <= 0) return fallback;
  if (typeof $ref === "string") return madeOf(document, referred(document, located), key, levels);
  if (Array.isArray(schema["enum"])) return (schema["enum"] as readonly Json[])[0]!;
  const [choice] = [...listed(located, "oneOf"), ...listed(located, "anyOf")];
  if (choice !== undefined) return madeOf(document, choice, key, levels);
  if (isObject(schema["then"]) && isObject(schema["else"])) {
    const both = (["then", "else"] as const).map((branch) => madeOf(document, under(located, branch), key, levels));
    return both.toSorted((a, b) => JSON.stringify(a).length - JSON.stringify(b).length)[0]!;
  }
  const type = Array.isArray(schema["type"]) ? (schema["type"] as readonly Json[])[0] : schema["type"];
  if (type === "object") return objectOf(document, located, levels);
  if (type === "array") return listOf(document, located, key, levels);
  if (type === "integer" || type === "number") return numberOf({ ...schema, type }, key);
  if (type === "string") return textOf(schema, key);
  return type === "boolean";
};

/**
 * A valid value of what a schema takes: its first example, its constant or its default, or else what its type and its
 * bounds allow. `key` is what holds it.
 */
export const exampleOf = (document: JsonObject, located: LocatedSchema, key: string): Json =>
  madeOf(document, located, key, depth);
