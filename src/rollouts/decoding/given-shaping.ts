/**
 * Shaping whose numbers come with each run of a program, so that requests of all temperatures, top-p and so on share
 * few programs: those of a kind.
 */
import type * as tf from "@tensorflow/tfjs";
import { float32, int32, type NamedTensors, type TensorSpec, type TypedArray } from "../../engine/program.ts";
import { leastKept } from "./logit-filters.ts";
import { penalizes, type ProgramShaping, type Shaping } from "./shaping.ts";

/** What makes programs differ: that which costs time at every token, or changes what is carried between them. */
export interface ShapingKind {
  readonly greedy: boolean;
  readonly penalized: boolean;
  /** Greatest k of its programs; there where top-k rules out tokens. */
  readonly mostTopK?: number;
  readonly nucleus: boolean;
}

/** Sorting 64 numbers more than are needed costs little; few values make few programs. */
const topKs = [64, 1024];

/** The kind of a shaping, over V tokens. What a greedy one says of chances is passed over. */
export const kindOf = (shaping: Shaping, vocabularySize: number): ShapingKind => {
  const { temperature, topK = Infinity, topP = 1 } = shaping;
  const penalized = penalizes(shaping);
  if (temperature === 0) return { greedy: true, penalized, nucleus: false };
  const mostTopK = Math.min(vocabularySize, topKs.find((most) => topK <= most) ?? vocabularySize);
  return { greedy: false, penalized, nucleus: topP < 1, ...(topK < vocabularySize ? { mostTopK } : {}) };
};

/** A shaping of the kind, with any numbers: for the options of its programs. */
export const shapingOfKind = ({ greedy, penalized }: ShapingKind): Shaping => ({
  temperature: greedy ? 0 : 1,
  ...(penalized ? { repetitionPenalty: 2 } : {}),
});

const prefix = "shaping/";

/** Least finite float32, about: that of a min-p of 0, which rules nothing out. */
const lowest = -3e38;

type Name = "inverse" | "topK" | "topP" | "leastKept" | "logMinP" | "penalty" | "minNewTokens";

const namesOf = ({ greedy, penalized, mostTopK, nucleus }: ShapingKind): readonly Name[] => [
  "minNewTokens",
  ...(penalized ? (["penalty"] as const) : []),
  ...(greedy ? [] : (["inverse", "logMinP"] as const)),
  ...(mostTopK === undefined ? [] : (["topK"] as const)),
  ...(nucleus ? (["topP", "leastKept"] as const) : []),
];

const isWhole = (name: Name): boolean => name === "topK" || name === "minNewTokens";

/** Scalars that programs of the kind are given with each run. */
export const shapingInputs = (kind: ShapingKind): Record<string, TensorSpec> =>
  Object.fromEntries(namesOf(kind).map((name) => [prefix + name, isWhole(name) ? int32() : float32()]));

/** The numbers of a shaping, one each, for the inputs of programs of its kind. */
export const shapingNumbers = (shaping: Shaping, vocabularySize: number): Record<string, TypedArray> => {
  const { temperature, topK = 0, topP = 1, minP = 0, repetitionPenalty = 1, minNewTokens = 0 } = shaping;
  const numbers: Readonly<Record<Name, number>> = {
    inverse: 1 / temperature,
    topK,
    topP,
    leastKept: leastKept(topP, vocabularySize),
    logMinP: Math.max(lowest, Math.log(minP)),
    penalty: repetitionPenalty,
    minNewTokens,
  };
  return Object.fromEntries(
    namesOf(kindOf(shaping, vocabularySize)).map((name) => [
      prefix + name,
      isWhole(name) ? Int32Array.of(numbers[name]) : Float32Array.of(numbers[name]),
    ]),
  );
};

/** The shaping that such inputs give. */
export const givenShaping = (kind: ShapingKind, inputs: NamedTensors): ProgramShaping => {
  const { greedy, penalized, mostTopK, nucleus } = kind;
  const given = (name: Name): tf.Scalar => inputs[prefix + name] as tf.Scalar;
  return {
    temperature: greedy ? 0 : { inverse: given("inverse") },
    minNewTokens: given("minNewTokens"),
    ...(greedy ? {} : { minP: { log: given("logMinP") } }),
    ...(penalized ? { repetitionPenalty: given("penalty") } : {}),
    ...(mostTopK === undefined ? {} : { topK: { most: mostTopK, k: given("topK") } }),
    ...(nucleus ? { topP: { p: given("topP"), least: given("leastKept") } } : {}),
  };
};
