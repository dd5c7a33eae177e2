/** Sizes to which one prompt and its completion are padded, so that those of all lengths share few programs. */

/** Prompts are padded to powers of two from this on, completions to every other one: empty room costs less. */
const shortest = 16;

const rungOf = (length: number, factor: number): number =>
  shortest * factor ** Math.max(0, Math.ceil(Math.log2(length / shortest) / Math.log2(factor)));

/**
 * Padded length of the prompt, and room for the completion, which together fit the context. Where powers of two do not,
 * they fill the context, divided at the roundest number. `RangeError` for a prompt and a completion that do not fit.
 */
export const paddedSizes = (
  length: number,
  maxNewTokens: number,
  contextLength: number,
): { readonly promptLength: number; readonly room: number } => {
  const most = contextLength - maxNewTokens;
  if (length > most) {
    throw new RangeError(
      `streamer: expected prompt and completion within the context of ${contextLength} tokens, got ${length} + ` +
        `${maxNewTokens}; shorten the prompt or lower maxNewTokens`,
    );
  }
  const [promptLength, room] = [rungOf(length, 2), rungOf(maxNewTokens, 4)];
  if (promptLength + room <= contextLength) return { promptLength, room };
  for (let step = 2 ** Math.floor(Math.log2(contextLength)); ; step /= 2) {
    const divided = Math.ceil(length / step) * step;
    if (divided <= most) return { promptLength: divided, room: contextLength - divided };
  }
};
