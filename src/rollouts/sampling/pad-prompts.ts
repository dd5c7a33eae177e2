/** Prompts of unequal length as one padded batch on the host. */

/** A padded batch [B, P], row by row. */
export interface PaddedPrompts {
  readonly batch: number;
  readonly length: number;
  readonly tokens: Int32Array;
  /** 0 at each row's first token, counting up; 0 in padding. */
  readonly positions: Int32Array;
  /** 1 for tokens, 0 for padding. */
  readonly mask: Float32Array;
}

/** How a batch is padded. */
export interface Padding {
  /** P: at least the longest prompt. */
  readonly length: number;
  readonly padId: number;
  /** The side of the padding, or the index of each row's first token; generation gives the same either way. */
  readonly side: "left" | "right" | ((row: number) => number);
}

const firstIndex = ({ side, length }: Padding, row: number, tokens: number): number => {
  if (typeof side === "function") return side(row);
  return side === "left" ? length - tokens : 0;
};

/** Pads prompts into a batch. `RangeError` names a prompt that is empty or longer than `length`. */
export const padPrompts = (prompts: readonly ArrayLike<number>[], padding: Padding): PaddedPrompts => {
  const { length, padId } = padding;
  const batch = prompts.length;
  const tokens = new Int32Array(batch * length).fill(padId);
  const positions = new Int32Array(batch * length);
  const mask = new Float32Array(batch * length);
  for (const [row, prompt] of prompts.entries()) {
    if (prompt.length === 0 || prompt.length > length) {
      throw new RangeError(`expected prompt ${row} to have 1 to ${length} tokens, got ${prompt.length}`);
    }
    const start = row * length + firstIndex(padding, row, prompt.length);
    for (let t = 0; t < prompt.length; t += 1) {
      tokens[start + t] = prompt[t]!;
      positions[start + t] = t;
      mask[start + t] = 1;
    }
  }
  return { batch, length, tokens, positions, mask };
};
