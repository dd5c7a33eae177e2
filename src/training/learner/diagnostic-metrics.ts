/** Metrics of an inspection from sums over tokens: means over the tokens of each writer, and by position. */
import type { TypedArray } from "../../engine/program.ts";

/** Whose sequences the rows of the sums are of. */
const writers = ["own-prefixes", "other-prefixes"] as const;

/** Measures that are told by position too. */
const byPosition = ["forward-kl", "reverse-kl"] as const;

/** From and to, of positions from 1 in a completion, within C positions: 1, 2, 3-4, 5-8, 9-16 and so on. */
const buckets = (C: number): (readonly [number, number])[] => {
  const all: (readonly [number, number])[] = [];
  for (let [from, to] = [1, 1]; from <= C; [from, to] = [to + 1, 2 * to]) all.push([from, to]);
  return all;
};

const sumOf = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0);

/** Means of one writer's tokens, [C] all; undefined of those that it has none of. */
const meansOf = (sums: Readonly<Record<string, TypedArray>>, counts: TypedArray): ReadonlyMap<string, number> => {
  const means = new Map<string, number>();
  const add = (name: string, values: TypedArray, from: number, to: number): void => {
    const tokens = sumOf(counts.subarray(from, to));
    if (tokens > 0) means.set(name, sumOf(values.subarray(from, to)) / tokens);
  };
  for (const [name, values] of Object.entries(sums)) add(name, values, 0, values.length);
  const [own, taught] = [means.get("entropy"), means.get("teacher-entropy")];
  if (own !== undefined && taught !== undefined) means.set("entropy-gap", own - taught);
  for (const name of byPosition) {
    const values = sums[name];
    if (values === undefined) continue;
    for (const [from, to] of buckets(values.length))
      add(`${name}/position-${from === to ? from : `${from}-${to}`}`, values, from - 1, to);
  }
  return means;
};

/**
 * Metrics by name from `counts` of tokens and `sums/<measure>`, [2, C] each as in `diagnosticSums`:
 * `inspection/own-prefixes/<measure>`, means over the tokens of sequences that the student sampled, and
 * `inspection/other-prefixes/<measure>`, over those of all others; `entropy-gap`, the student's entropy minus the
 * teacher's, where both are there; and of the KLs `<measure>/position-<from>-<to>`, by positions of the completion from
 * 1: 1, 2, 3-4, 5-8, 9-16 and so on. What no token was measured for is left out.
 */
export const diagnosticMetrics = (outputs: Readonly<Record<string, TypedArray>>): Record<string, number> => {
  const { counts, ...named } = outputs;
  if (counts === undefined) return {};
  const C = counts.length / writers.length;
  const metrics: Record<string, number> = {};
  for (const [row, writer] of writers.entries()) {
    const own = (values: TypedArray): TypedArray => values.subarray(row * C, (row + 1) * C);
    const sums = Object.entries(named).map(([name, values]) => [name.slice("sums/".length), own(values)] as const);
    for (const [name, mean] of meansOf(Object.fromEntries(sums), own(counts)))
      metrics[`inspection/${writer}/${name}`] = mean;
  }
  return metrics;
};
