/** Rows of a batch that have the same prompt: a policy reads it once for all of them. */
import * as tf from "@tensorflow/tfjs";
import type { Engine, Executable } from "../engine/engine.ts";
import type { NamedTensors, Program } from "../engine/program.ts";
import type { Policy, Sequences } from "./policy.ts";

/** Positions of a batch's rows. */
export interface RowPositions {
  /** T, of which the last ones are those before a completion's tokens. */
  readonly length: number;
  /** C: how many those are. */
  readonly completion: number;
}

/** A row of one prompt and `count` completions has T - C + count C positions. */
const positionsOf = ({ length, completion }: RowPositions, count: number): number =>
  length - completion + count * completion;

/**
 * How many neighbouring rows a policy reads as one, in a program of `rows` rows of which each `group` have the same
 * prompt: the most that divide both, have at most half of the positions that they have alone, and let attention compare
 * no more of them. 1 where there is no such number, as where prompts are short beside completions, or where the policy
 * cannot.
 */
export const rowsAtOnce = (
  { severalCompletions = false }: Pick<Policy, "severalCompletions">,
  row: RowPositions,
  { rows, group }: { readonly rows: number; readonly group: number },
): number => {
  if (!severalCompletions) return 1;
  const pays = (count: number): boolean => {
    const together = positionsOf(row, count);
    if (rows % count !== 0 || group % count !== 0) return false;
    return together <= (count * row.length) / 2 && together ** 2 <= count * row.length ** 2;
  };
  for (let count = group; count > 1; count -= 1) if (pays(count)) return count;
  return 1;
};

/** x [B, T] -> [B / count, T - C + count C]: the first row's prompt, then the last C of each of `count` rows. */
const together = <T extends tf.Tensor2D>(x: T, count: number, completion: number): T => {
  const [rows, length] = x.shape;
  const groups: tf.Tensor3D = tf.reshape(x, [rows / count, count, length]);
  const before = length - completion;
  const prompts = tf.reshape(tf.slice(groups, [0, 0, 0], [rows / count, 1, before]), [rows / count, before]);
  const completions = tf.reshape(tf.slice(groups, [0, 0, before], [rows / count, count, completion]), [
    rows / count,
    count * completion,
  ]);
  return tf.concat([prompts, completions], 1) as T;
};

/**
 * The policy, for batches of which each `count` neighbouring rows have the same prompt: of them it gives what the
 * policy gives, and reads each prompt once. Of other batches it gives something else. Only `hidden` and `logits` of the
 * last positions are changed. `RangeError` for a policy that cannot read several completions.
 */
export const sharingPrompts = (policy: Policy, count: number): Policy => {
  if (count === 1) return policy;
  if (policy.severalCompletions !== true)
    throw new RangeError("expected a policy that reads several completions of a prompt, got one that does not");
  const hidden = (parameters: NamedTensors, sequences: Sequences, last?: number): tf.Tensor3D => {
    const [rows, length] = sequences.tokens.shape;
    if (last === undefined || last >= length || rows % count !== 0)
      throw new RangeError(
        `expected the last positions of rows that are a multiple of ${count}, got ${last ?? "all"} of ${rows} rows`,
      );
    const packed: Sequences = {
      tokens: together(sequences.tokens, count, last),
      positions: together(sequences.positions, count, last),
      mask: together(sequences.mask, count, last),
      prompt: together(sequences.prompt, count, last),
      completions: { count, length: last },
    };
    return tf.reshape(policy.hidden(parameters, packed, count * last), [rows, last, policy.hiddenSize]);
  };
  return {
    ...policy,
    hidden,
    logits: (parameters, sequences, last) => policy.head(parameters, hidden(parameters, sequences, last)),
  };
};

/**
 * A program for rows of which each `count` neighbouring ones have the same prompt, and the same program for any other
 * rows. Each of them is compiled when it is first needed.
 */
export class SharingProgram {
  /** How many rows are read together where they share a prompt. */
  readonly count: number;
  readonly #compile: (count: number) => Promise<Executable>;
  readonly #compiled = new Map<number, Executable>();

  constructor(engine: Engine, policy: Policy, count: number, program: (policy: Policy) => Program<string, string>) {
    this.count = count;
    this.#compile = (together) => engine.compile(program(sharingPrompts(policy, together)));
  }

  /** The one for rows that share prompts, or for rows that do not. */
  async of(shares: boolean): Promise<Executable> {
    const count = shares ? this.count : 1;
    const executable = this.#compiled.get(count) ?? (await this.#compile(count));
    this.#compiled.set(count, executable);
    return executable;
  }

  /** Frees what was compiled. */
  async dispose(): Promise<void> {
    for (const executable of this.#compiled.values()) await executable.dispose();
  }
}
