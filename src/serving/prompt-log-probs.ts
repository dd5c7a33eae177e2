/** What a policy says of a prompt's tokens, in the forms of vLLM's answers. */
import { impossible } from "../teachers/remote/prompt-log-probs.ts";
import { writeNpy } from "../teachers/remote/npy.ts";
import type { PromptScore } from "./prompt-scorer.ts";

/** JSON has no infinity: vLLM writes -9999. */
const written = (logProb: number): number => (Number.isFinite(logProb) ? logProb : impossible);

/** The likeliest tokens of a position, with their ranks. */
function* likeliest(
  { top, all }: PromptScore,
  position: number,
  length: number,
): Generator<readonly [id: number, logProb: number, rank: number]> {
  if (top !== undefined) {
    const width = top.ids.length / length;
    for (let k = 0; k < width; k += 1)
      yield [top.ids[position * width + k]!, top.logProbs[position * width + k]!, k + 1];
  }
  if (all !== undefined) {
    const width = all.length / length;
    const row = all.subarray(position * width, (position + 1) * width);
    const order = Int32Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b);
    for (const [k, id] of order.entries()) yield [id, row[id]!, k + 1];
  }
}

/**
 * JSON of `prompt_logprobs`: null for the first token, then for each token an object by id: its own entry, and those of
 * the likeliest. `textOf` gives the text of one id.
 */
export const promptLogProbsJson = (
  ids: ArrayLike<number>,
  score: PromptScore,
  textOf: (id: number) => string,
): string => {
  const positions = ["null"];
  for (let position = 0; position + 1 < ids.length; position += 1) {
    const own = ids[position + 1]!;
    const entries = new Map<number, string>();
    const add = (id: number, logprob: number, rank: number): void => {
      entries.set(id, `"${id}":${JSON.stringify({ logprob: written(logprob), rank, decoded_token: textOf(id) })}`);
    };
    add(own, score.logProbs[position]!, score.ranks[position]!);
    for (const [id, logProb, rank] of likeliest(score, position, ids.length)) add(id, logProb, rank);
    positions.push(`{${[...entries.values()].join(",")}}`);
  }
  return `[${positions.join(",")}]`;
};

/** Row i: ids whose log-probs after the prompt's token `start + i` are asked for. */
export interface ChosenIds {
  readonly ids: readonly (readonly number[])[];
  readonly start: number;
}

/**
 * base64 of the array [rows, ids of the longest row] that `prompt_logprob_token_ids` asks for. Shorter rows, and ids of
 * -1, are -infinity. Where the score does not say all, every row's only id is the prompt's own next token.
 */
export const chosenLogProbs = (
  { ids, start }: ChosenIds,
  { all, logProbs }: PromptScore,
  vocabularySize: number,
): string => {
  const columns = Math.max(0, ...ids.map((row) => row.length));
  const values = new Float32Array(ids.length * columns).fill(-Infinity);
  for (const [row, chosen] of ids.entries()) {
    for (const [k, id] of chosen.entries()) {
      if (id === -1) continue;
      values[row * columns + k] =
        all === undefined ? logProbs[start + row]! : all[(start + row) * vocabularySize + id]!;
    }
  }
  return writeNpy({ rows: ids.length, columns, values }).toString("base64");
};
