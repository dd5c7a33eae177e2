/** What a policy says of a prompt's tokens, in the forms of vLLM's answers. */
import { impossible } from "../teachers/remote/prompt-log-probs.ts";
import { writeNpy } from "../teachers/remote/npy.ts";
import type { Breadth, PromptScore } from "./prompt-scorer.ts";

/** JSON has no infinity: vLLM writes -9999. */
const written = (logProb: number): number => (Number.isFinite(logProb) ? logProb : impossible);

/** At most so many of the likeliest tokens of a position, with their ranks. */
function* likeliest(
  { top, all, count }: PromptScore,
  position: number,
  most: number,
): Generator<readonly [id: number, logProb: number, rank: number]> {
  if (top !== undefined) {
    const width = top.ids.length / count;
    for (let k = 0; k < Math.min(width, most); k += 1)
      yield [top.ids[position * width + k]!, top.logProbs[position * width + k]!, k + 1];
  }
  if (all !== undefined && most > 0) {
    const width = all.length / count;
    const row = all.subarray(position * width, (position + 1) * width);
    const order = Int32Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b);
    for (const [k, id] of order.subarray(0, most).entries()) yield [id, row[id]!, k + 1];
  }
}

/** JSON of a prompt's token that a position says something of: its own entry, and those of the likeliest, by id. */
const positionJson = (
  own: number,
  position: number,
  score: PromptScore,
  { most, textOf }: { readonly most: number; readonly textOf: (id: number) => string },
): string => {
  const entries = new Map<number, string>();
  const add = (id: number, logprob: number, rank: number): void => {
    entries.set(id, `"${id}":${JSON.stringify({ logprob: written(logprob), rank, decoded_token: textOf(id) })}`);
  };
  add(own, score.logProbs[position]!, score.ranks[position]!);
  for (const [id, logProb, rank] of likeliest(score, position, most)) add(id, logProb, rank);
  return `{${[...entries.values()].join(",")}}`;
};

/** Characters of JSON that become bytes together. */
const together = 2 ** 20;

/**
 * JSON of `prompt_logprobs`, written score by score, in pieces of bytes: null for the first token, then for each token
 * an object by id: its own entry, and those of as many of the likeliest as the breadth says. `textOf` gives the text of
 * one id.
 */
export class PromptLogProbsWriter {
  readonly #ids: ArrayLike<number>;
  readonly #entries: { readonly most: number; readonly textOf: (id: number) => string };
  readonly #pieces: Uint8Array[] = [];
  #json = "[null";

  constructor(ids: ArrayLike<number>, breadth: Breadth, textOf: (id: number) => string) {
    this.#ids = ids;
    this.#entries = { most: breadth === "all" ? Infinity : breadth, textOf };
  }

  /** The next positions of the prompt. */
  add(score: PromptScore): void {
    for (const position of score.logProbs.keys()) {
      const own = this.#ids[score.start + position + 1]!;
      this.#json += `,${positionJson(own, position, score, this.#entries)}`;
      if (this.#json.length > together) this.#flush();
    }
  }

  /** All of it. */
  end(): readonly Uint8Array[] {
    this.#json += "]";
    this.#flush();
    return this.#pieces;
  }

  #flush(): void {
    // Of a memory of its own, which can move to another thread.
    this.#pieces.push(new TextEncoder().encode(this.#json));
    this.#json = "";
  }
}

/** Row i: ids whose log-probs after the prompt's token `start + i` are asked for. */
export interface ChosenIds {
  readonly ids: readonly (readonly number[])[];
  readonly start: number;
}

/** Columns of the array that holds the log-probs of chosen ids: as many as the longest row has. */
export const columnsOf = ({ ids }: ChosenIds): number => ids.reduce((most, row) => Math.max(most, row.length), 0);

/**
 * The array [rows, columns] that `prompt_logprob_token_ids` asks for, filled score by score. Shorter rows, and ids of
 * -1, are -infinity. Where scores do not say all, every row's only id is the prompt's own next token.
 */
export class ChosenLogProbs {
  readonly #chosen: ChosenIds;
  readonly #columns: number;
  readonly #values: Float32Array;

  constructor(chosen: ChosenIds) {
    this.#chosen = chosen;
    this.#columns = columnsOf(chosen);
    this.#values = new Float32Array(chosen.ids.length * this.#columns).fill(-Infinity);
  }

  /** The next positions of the prompt. */
  add({ start: first, count, all, logProbs }: PromptScore): void {
    const { ids, start } = this.#chosen;
    for (let position = Math.max(0, start - first); position < count; position += 1) {
      const row = first + position - start;
      for (const [k, id] of (ids[row] ?? []).entries()) {
        if (id === -1) continue;
        this.#values[row * this.#columns + k] =
          all === undefined ? logProbs[position]! : all[position * (all.length / count) + id]!;
      }
    }
  }

  /** base64 of a `.npy` file. */
  end(): string {
    return writeNpy({ rows: this.#chosen.ids.length, columns: this.#columns, values: this.#values }).toString("base64");
  }
}
