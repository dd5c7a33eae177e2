/** What inspections say, and how those of a batch's parts are one. */
import type { TypedArray } from "../../engine/program.ts";
import type { InspectedTokens } from "../batch/token-log.ts";
import { diagnosticMetrics } from "./diagnostic-metrics.ts";

/** What an inspection gives. */
export interface Inspected {
  /** Scalars by name: `gradient/<term>/norm`, `gradient/<a>~<b>/cosine`, `weight/<term>`; see `diagnosticMetrics`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** [B, C] log-probs in nats of the batch's targets at the sampling temperature. */
  readonly logProbs: Float32Array;
  /** What student and teacher say of the batch's tokens, where the objective reads the teacher's distributions. */
  readonly tokens?: InspectedTokens;
}

/** What a program says of some rows: `diagnostics` are sums, which those of other rows are added to. */
export interface InspectedRows extends Inspected {
  readonly diagnostics: Readonly<Record<string, TypedArray>>;
}

/** Arrays of rows one after the other. */
const behindEachOther = <A extends TypedArray>(arrays: readonly A[]): A => {
  const [first] = arrays as readonly [A];
  if (arrays.length === 1) return first;
  const all = new (first.constructor as new (length: number) => A)(arrays.reduce((sum, { length }) => sum + length, 0));
  let begin = 0;
  for (const array of arrays) {
    all.set(array, begin);
    begin += array.length;
  }
  return all;
};

const addedUp = (arrays: readonly TypedArray[]): Float32Array =>
  Float32Array.from(arrays[0]!, (_, i) => arrays.reduce((sum, array) => sum + array[i]!, 0));

const byName = <T, R>(parts: readonly Readonly<Record<string, T>>[], join: (values: readonly T[]) => R) =>
  Object.fromEntries(Object.keys(parts[0] ?? {}).map((name) => [name, join(parts.map((part) => part[name]!))]));

/**
 * The inspection of a batch from those of its parts, in order; parts that are not full end in rows that fill them up.
 */
export const joined = (parts: readonly InspectedRows[]): Inspected => {
  const tokens = parts.flatMap((part) => part.tokens ?? []) as readonly object[] as readonly Record<
    string,
    TypedArray
  >[];
  const [{ metrics }] = parts as readonly [InspectedRows];
  const diagnostics = diagnosticMetrics(
    byName(
      parts.map((part) => part.diagnostics),
      addedUp,
    ),
  );
  const seen = {
    metrics: { ...metrics, ...diagnostics },
    logProbs: behindEachOther(parts.map(({ logProbs }) => logProbs)),
  };
  if (tokens.length === 0) return seen;
  return { ...seen, tokens: byName(tokens, behindEachOther) as unknown as InspectedTokens };
};
