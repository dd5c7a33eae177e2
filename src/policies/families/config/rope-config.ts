/**
 * Rotary frequencies in a HuggingFace configuration: `rope_theta` and `rope_scaling` of transformers 4,
 * `rope_parameters` of transformers 5.
 */
import { Type } from "@sinclair/typebox";
import { quoted } from "../../../files/quoted.ts";
import type { RopeScaling } from "../../layers/rotary-frequencies.ts";

/** A JSON object. */
type Keys = Readonly<Record<string, unknown>>;

const optionalObject = Type.Unsafe<Keys | null>({ type: ["object", "null"], default: null });

/** Keys of a configuration that say how fast channels turn. */
export const ropeKeys = {
  rope_theta: Type.Number({ exclusiveMinimum: 1, default: 10_000 }),
  rope_scaling: optionalObject,
  rope_parameters: optionalObject,
  partial_rotary_factor: Type.Literal(1, { default: 1 }),
};

/** Values of a policy family. */
export interface Rope {
  readonly ropeTheta: number;
  readonly ropeScaling?: RopeScaling;
}

/** The numbers that each type of scaling takes, with the smallest value of each. */
const numbersOf: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  default: {},
  linear: { factor: 1 },
  llama3: { factor: 1, low_freq_factor: 0, high_freq_factor: 0, original_max_position_embeddings: 1 },
  longrope: { original_max_position_embeddings: 1 },
};

/** What else longrope takes. */
const longRopeKeys = ["short_factor", "long_factor", "attention_factor", "factor"];

const isNumber = (value: unknown, smallest: number): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= smallest;

/**
 * What is wrong in factors of channels: those of short contexts and of long ones must be the same, and must not change
 * the attention.
 */
const longRopeMistakes = (name: string, rope: Keys): string[] => {
  const { short_factor: short, long_factor: long, attention_factor: attention } = rope;
  const areFactors = (list: unknown): boolean =>
    Array.isArray(list) && list.every((one) => isNumber(one, 0) && one > 0);
  const wrong = [short, long].flatMap((list, i) =>
    areFactors(list)
      ? []
      : [`${name}.${["short", "long"][i]}_factor: expected a list of numbers above 0, got ${quoted(list)}`],
  );
  if (wrong.length === 0 && String(short) !== String(long))
    wrong.push(
      `${name}.long_factor: expected short_factor again, got another list; factors that change with the ` +
        "length are not implemented",
    );
  if (attention !== 1)
    wrong.push(`${name}.attention_factor: expected 1, got ${quoted(attention)}; others are not implemented`);
  return wrong;
};

/** What is wrong in the object `rope` of the key `name`. */
const mistakes = (name: string, rope: Keys, type: unknown): string[] => {
  const numbers = typeof type === "string" && Object.hasOwn(numbersOf, type) ? numbersOf[type] : undefined;
  if (numbers === undefined) {
    const known = Object.keys(numbersOf).join(", ");
    return [`${name}.rope_type: expected one of ${known}, got ${quoted(type)}, whose frequencies are not implemented`];
  }
  const wrong = Object.entries(numbers)
    .filter(([key, smallest]) => !isNumber(rope[key], smallest))
    .map(([key, smallest]) => `${name}.${key}: expected a number of at least ${smallest}, got ${quoted(rope[key])}`);
  if (type === "longrope") wrong.push(...longRopeMistakes(name, rope));
  if ("rope_theta" in rope && !(isNumber(rope["rope_theta"], 1) && rope["rope_theta"] > 1)) {
    wrong.push(`${name}.rope_theta: expected a number above 1, got ${quoted(rope["rope_theta"])}`);
  }
  if ("partial_rotary_factor" in rope && rope["partial_rotary_factor"] !== 1) {
    wrong.push(`${name}.partial_rotary_factor: expected 1, got ${quoted(rope["partial_rotary_factor"])}`);
  }
  const own = [...Object.keys(numbers), ...(type === "longrope" ? longRopeKeys : [])];
  const known = new Set([...own, "rope_type", "type", "rope_theta", "partial_rotary_factor"]);
  const unknown = Object.keys(rope).filter((key) => !known.has(key));
  return [...wrong, ...unknown.map((key) => `${name}.${key} is not known, and may change the arithmetic`)];
};

const scalingOf = (type: string, given: Keys): RopeScaling | undefined => {
  if (type === "longrope") return { type: "factors", factors: given["short_factor"] as readonly number[] };
  const rope = given as Readonly<Record<string, number>>;
  if (type === "linear") return { type, factor: rope["factor"]! };
  if (type !== "llama3") return undefined;
  return {
    type,
    factor: rope["factor"]!,
    lowFrequencyFactor: rope["low_freq_factor"]!,
    highFrequencyFactor: rope["high_freq_factor"]!,
    originalContextLength: rope["original_max_position_embeddings"]!,
  };
};

/**
 * Reads the frequencies. As in transformers the object's own `rope_theta` goes before the outer one, and the original
 * context of llama3 and longrope is `contextLength` where it is left out. `RangeError` names all that is not supported.
 */
export const readRope = (config: Keys & { readonly rope_theta: number }, contextLength: number): Rope => {
  if (config["rope_scaling"] !== null && config["rope_parameters"] !== null) {
    throw new RangeError("rope_parameters: expected null beside rope_scaling, got both; keep the one that is meant");
  }
  const name = config["rope_scaling"] === null ? "rope_parameters" : "rope_scaling";
  const given = (config[name] ?? {}) as Keys;
  const type = given["rope_type"] ?? given["type"] ?? "default";
  const rope: Keys =
    type === "llama3" || type === "longrope" ? { original_max_position_embeddings: contextLength, ...given } : given;
  const wrong = mistakes(name, rope, type);
  if (wrong.length > 0) throw new RangeError(wrong.join("; "));
  const scaling = scalingOf(type as string, rope);
  return {
    ropeTheta: (rope["rope_theta"] as number | undefined) ?? config.rope_theta,
    ...(scaling !== undefined && { ropeScaling: scaling }),
  };
};

/**
 * `rope_scaling` of a configuration, as transformers 4 writes it and 5 reads it. Factors of channels are a longrope
 * whose two lists are one, so that the `contextLength` at which it would change them decides nothing.
 */
export const ropeScalingOf = (
  scaling: RopeScaling | undefined,
  contextLength: number,
): Record<string, unknown> | null => {
  if (scaling === undefined) return null;
  if (scaling.type === "linear") return { rope_type: "linear", factor: scaling.factor };
  if (scaling.type === "factors") {
    const { factors } = scaling;
    const unchanged = { attention_factor: 1, factor: 1, original_max_position_embeddings: contextLength };
    return { rope_type: "longrope", short_factor: factors, long_factor: factors, ...unchanged };
  }
  return {
    rope_type: "llama3",
    factor: scaling.factor,
    low_freq_factor: scaling.lowFrequencyFactor,
    high_freq_factor: scaling.highFrequencyFactor,
    original_max_position_embeddings: scaling.originalContextLength,
  };
};
