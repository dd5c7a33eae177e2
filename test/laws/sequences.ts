/** Padded sequences for tests of policies, with their prompts. */
import type { SequenceTensors } from "../../src/policies/policy.ts";
import { padPrompts, type Padding } from "../../src/rollouts/sampling/pad-prompts.ts";
import { floats, ints, type Value } from "./evaluate.ts";

type Rows = readonly (readonly number[])[];

/** 1 at the positions of a padded batch where `holds`, 0 elsewhere. */
export const marked = (rows: Rows, padding: Padding, holds: (row: number, position: number) => boolean): Int32Array =>
  padPrompts(
    rows.map((row, i) => row.map((_, t) => Number(holds(i, t)))),
    { ...padding, padId: 0 },
  ).tokens;

/** Sequences that begin with prompts of these lengths. */
export const padded = (rows: Rows, prompts: readonly number[], padding: Padding): Record<keyof SequenceTensors, Value> => {
  const { batch, length, tokens, positions, mask } = padPrompts(rows, padding);
  const shape = [batch, length];
  return {
    tokens: ints(shape, tokens),
    positions: ints(shape, positions),
    mask: floats(shape, mask),
    prompt: floats(
      shape,
      marked(rows, padding, (row, position) => position < prompts[row]!),
    ),
  };
};
