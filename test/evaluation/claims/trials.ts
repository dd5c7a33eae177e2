/** Trials made up for tests of claims: a metric that is known for each setting, plus noise of a known size for each seed. */
import type { Trial } from "../../../src/evaluation/claims/trial.ts";
import { normal, stream } from "../../../src/random/stream.ts";

/** All combinations of the axes' values, as a grid has them. */
const grid = (axes: Readonly<Record<string, readonly unknown[]>>): Record<string, unknown>[] =>
  Object.entries(axes).reduce<Record<string, unknown>[]>(
    (rows, [axis, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [axis]: value }))),
    [{}],
  );

/** Trials of a grid whose `score` is `truth` plus normal noise of standard deviation `noise`, and was 1 before training. */
export const trialsOf = (
  axes: Readonly<Record<string, readonly unknown[]>>,
  truth: (axes: Readonly<Record<string, unknown>>) => number,
  noise: number,
  seed = 1,
): Trial[] =>
  grid(axes).map((values, index) => ({
    run: "trial",
    axes: values,
    initial: { score: 1 },
    final: { score: truth(values) + noise * normal(stream(seed, "test", "trial", index)) },
  }));
