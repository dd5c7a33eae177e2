/** Tokens of a step in its log: the text of each, and how far the student was from its teacher there. */
import { tokenTexts } from "../../tokenizers/token-texts.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { BatchShape } from "./collate.ts";
import type { LoggedRollout } from "../recipe/step-report.ts";
import type { StepRows } from "./assign-advantages.ts";

/** A ten-thousandth of a nat is more than a colour can show. */
const rounded = (nats: number): number => Math.round(nats * 1e4) / 1e4;

/**
 * A step's sequences as they are logged, each that was learned from with the text of its tokens and its share of
 * `divergences` [B, C], in nats, rounded to 1e-4; as they were without `divergences`. Row i of the batch is the i-th
 * that was not dropped.
 */
export const withTokens = (
  { rows, logged }: Pick<StepRows, "rows" | "logged">,
  divergences: Float32Array | undefined,
  { completion }: Pick<BatchShape, "completion">,
  tokenizer: Tokenizer,
): readonly LoggedRollout[] => {
  if (divergences === undefined) return logged;
  let next = 0;
  return logged.map((line) => {
    if (line.dropped === true) return line;
    const { tokens } = rows[next]!.rollout;
    const start = next * completion;
    next += 1;
    return {
      ...line,
      pieces: tokenTexts(tokenizer, tokens),
      divergences: Array.from(divergences.subarray(start, start + tokens.length), rounded),
    };
  });
};
