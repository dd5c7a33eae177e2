/** `retort sample --beams`: the likeliest completions of a prompt, found by beam search. */
import type { Engine } from "../../../engine/engine.ts";
import type { Checkpoint } from "../../../policies/checkpoints/huggingface.ts";
import { bestCompletions } from "../../../rollouts/sampling/best-completions.ts";
import type { Shaping } from "../../../rollouts/decoding/shaping.ts";
import { stopIn } from "../../../rollouts/sampling/stop-strings.ts";
import type { ModelTokenizer } from "../../../tokenizers/huggingface/tokenizer.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";

/** What is searched, and how much of it is shown. */
export interface BeamSampling extends Pick<Shaping, "repetitionPenalty" | "minNewTokens"> {
  readonly beams: number;
  readonly lengthPenalty: number;
  readonly maxNewTokens: number;
  /** The best so many of the beams. */
  readonly count: number;
  readonly stop: readonly string[];
  readonly json?: true;
}

/**
 * Writes the best completions, the best first, once all are there. Gives the number of their tokens. Errors are those
 * of `bestCompletions`.
 */
export const sampleBeams = async (
  engine: Engine,
  checkpoint: Checkpoint,
  tokenizer: ModelTokenizer,
  prompt: readonly number[],
  { count, stop, json, ...search }: BeamSampling,
  { output }: Terminal,
): Promise<number> => {
  const { endId, stopIds, padId } = tokenizer;
  const found = await bestCompletions(engine, checkpoint, prompt, {
    ...search,
    endId,
    stopIds,
    padId,
    earlyStopping: false,
  });
  const decode = (ids: ArrayLike<number>): string => tokenizer.decode(ids);
  const shown = found.slice(0, count);
  for (const [sample, { tokens, score, finish }] of shown.entries()) {
    const cut = stopIn(tokens, decode, stop);
    const text = cut === undefined ? decode(tokens) : cut.text;
    const kept = [...tokens.subarray(0, cut?.length)];
    if (json === undefined) output.write(`${sample === 0 ? "" : "\n"}${visible(text)}\n`);
    else {
      const ending = cut === undefined ? finish : "stop-string";
      output.write(`${JSON.stringify({ sample, text, tokens: kept, score, finish: ending })}\n`);
    }
  }
  return shown.reduce((sum, { tokens }) => sum + tokens.length, 0);
};
