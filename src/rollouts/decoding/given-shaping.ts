/**
 * Shaping whose numbers come with each run of a program, so that requests of all temperatures, top-p and so on share
 * few programs: those of a kind.
 */
import type * as tf from "@tensorflow/tfjs";
import { float32, int32, type NamedTensors, type TensorSpec, type TypedArray } from "../../engine/program.ts";
import { noBound } from "./logit-filters.ts";
import { leastKept } from "./nucleus.ts";
import type { ProgramShaping, Shaping } from "./shaping.ts";

/** What makes programs differ: that which costs time at every token. */
export interface ShapingKind {
  readonly greedy: boolean;
  /** Greatest k of top-k; 0 where it is greedy. */
  readonly mostTopK: number;
}

/** Sorting 64 numbers costs little beside all else; few values make few programs. */
const topKs = [64, 1024];

/** The kind of a shaping, over V tokens. What a greedy one says of chances is passed over. */
export const kindOf = ({ temperature, topK = 1 }: Shaping, vocabularySize: number): ShapingKind => {
  if (temperature === 0) return { greedy: true, mostTopK: 0 };
  const most = topK >= vocabularySize ? topKs[0]! : (topKs.find((each) => topK <= each) ?? vocabularySize);
  return { greedy: false, mostTopK: Math.min(vocabularySize, most) };
};

/** A shaping of the kind, with any numbers: for the options of its programs. */
export const shapingOfKind = ({ greedy }: ShapingKind): Shaping => ({ temperature: greedy ? 0 : 1 });

const prefix = "shaping/";

const shared = ["minNewTokens", "penalty"] as const;
const ofChances = ["inverse", "topK", "topKSlack", "topP", "leastKept", "topPSlack", "logMinP"] as const;

type Name = (typeof shared)[number] | (typeof ofChances)[number];

const namesOf = ({ greedy }: ShapingKind): readonly Name[] => (greedy ? shared : [...shared, ...ofChances]);

const isWhole = (name: Name): boolean => name === "topK" || name === "minNewTokens";

/** Scalars that programs of the kind are given with each run. */
export const shapingInputs = (kind: ShapingKind): Record<string, TensorSpec> =>
  Object.fromEntries(namesOf(kind).map((name) => [prefix + name, isWhole(name) ? int32() : float32()]));

/** p of a top-p that rules nothing out: the bound is found at once, and then lowered. */
const anyP = 1e-30;

/** The numbers of a shaping, one each, for the inputs of programs of its kind. */
export const shapingNumbers = (shaping: Shaping, vocabularySize: number): Record<string, TypedArray> => {
  const { temperature, topK = Infinity, topP = 1, minP = 0, repetitionPenalty = 1, minNewTokens = 0 } = shaping;
  const [cuts, isNucleus] = [topK < vocabularySize, topP < 1];
  const numbers: Readonly<Record<Name, number>> = {
    inverse: 1 / temperature,
    topK: cuts ? topK : 1,
    topKSlack: cuts ? 0 : noBound,
    topP: isNucleus ? topP : anyP,
    leastKept: leastKept(isNucleus ? topP : anyP, vocabularySize),
    topPSlack: isNucleus ? 0 : noBound,
    logMinP: Math.max(noBound, Math.log(minP)),
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
export const givenShaping = ({ greedy, mostTopK }: ShapingKind, inputs: NamedTensors): ProgramShaping => {
  const given = (name: Name): tf.Scalar => inputs[prefix + name] as tf.Scalar;
  const both = { minNewTokens: given("minNewTokens"), repetitionPenalty: given("penalty") };
  if (greedy) return { ...both, temperature: 0 };
  return {
    ...both,
    temperature: { inverse: given("inverse") },
    topK: { most: mostTopK, k: given("topK"), slack: given("topKSlack") },
    topP: { p: given("topP"), least: given("leastKept"), slack: given("topPSlack") },
    minP: { log: given("logMinP") },
  };
};
