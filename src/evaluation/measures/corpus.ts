/** Completions beside their references. */
import type { Comparison } from "../../text-metrics/comparison.ts";
import type { Examined } from "./measure.ts";

/** Each completion with its prompt's reference. */
export const comparisonsOf = (examined: readonly Examined[]): Comparison[] =>
  examined.flatMap(({ prompt, completions }) =>
    completions.map(({ text }) => ({ candidate: text, references: [prompt.reference] })),
  );
