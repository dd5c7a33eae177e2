/** Completions beside their references. */
import type { Comparison } from "../../text-metrics/comparison.ts";
import type { EvaluatedGroup } from "./measure.ts";

/** Each completion with its prompt's reference. */
export const comparisonsOf = (evaluated: readonly EvaluatedGroup[]): Comparison[] =>
  evaluated.flatMap(({ prompt, completions }) =>
    completions.map(({ text }) => ({ candidate: text, references: [prompt.reference] })),
  );
