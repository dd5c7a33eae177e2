/** Prompts that all differ, each drawn from its number alone. */

/**
 * As many as asked for by their texts, the i-th draw from the number i; a text that is there already is passed over.
 * `RangeError` that starts with `task` when ten times as many draws do not give them.
 */
export const distinct = <T extends { readonly text: string }>(
  task: string,
  count: number,
  draw: (index: number) => T,
): ReadonlyMap<string, T> => {
  const drawn = new Map<string, T>();
  for (let index = 0; drawn.size < count; index += 1) {
    if (index > 10 * count + 1000) {
      throw new RangeError(
        `${task}: expected fewer prompts than there are different ones, got train + test = ${count}; ask for fewer`,
      );
    }
    const one = draw(index);
    if (!drawn.has(one.text)) drawn.set(one.text, one);
  }
  return drawn;
};

/** Length of the longest; 0 of none. */
export const longestOf = (lengths: readonly number[]): number =>
  lengths.reduce((longest, length) => Math.max(longest, length), 0);
