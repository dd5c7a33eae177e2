/**
 * SentencePiece's map of characters (Kudo and Richardson, 2018), as a `Precompiled` normalizer keeps it: a trie of
 * bytes, and the texts that it leads to.
 */

/** Characters that one may become; Unicode's own rules need 18. */
const longest = 64;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A cell of the double array of Darts-clone. */
const labelOf = (cell: number): number => cell & 0x800000ff;
const hasLeaf = (cell: number): boolean => ((cell >>> 8) & 1) === 1;
const offsetOf = (cell: number): number => (cell >>> 10) << ((cell & 0x200) >>> 6);
const valueOf = (cell: number): number => cell & 0x7fffffff;

/**
 * Where the text of the shortest key is that `key` begins with; `undefined` when there is none, or the trie leads out
 * of itself.
 */
const find = (cells: Uint32Array, key: Uint8Array): number | undefined => {
  let at = offsetOf(cells[0] ?? 0);
  for (const byte of key) {
    at ^= byte;
    const cell = cells[at];
    if (byte === 0 || cell === undefined || labelOf(cell) !== byte) return undefined;
    at ^= offsetOf(cell);
    if (hasLeaf(cell)) return valueOf(cells[at] ?? 0);
  }
  return undefined;
};

/** The text in `texts` from an offset to the next zero. */
const textAt = (texts: Uint8Array, at: number): string => {
  const end = texts.indexOf(0, at);
  const text = decoder.decode(texts.subarray(at, end < 0 ? texts.length : end));
  if (text.length > longest)
    throw new RangeError(`tokenizer: expected a map to at most ${longest} characters, got ${text.length} at ${at}`);
  return text;
};

const split = (bytes: Uint8Array): { readonly cells: Uint32Array; readonly texts: Uint8Array } => {
  const size = bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (size < 4 || size % 4 !== 0 || size > bytes.length - 4) {
    throw new RangeError(
      `tokenizer.json: expected a trie of whole cells within the ${bytes.length} bytes of ` +
        `precompiled_charsmap, got ${size} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + 4, size);
  return {
    cells: Uint32Array.from({ length: size / 4 }, (_, at) => view.getUint32(4 * at, true)),
    texts: bytes.subarray(4 + size),
  };
};

/**
 * The normalizer of a map, base64. As in HuggingFace's Rust, what a reader sees as one character is looked up whole
 * where it is shorter than 6 bytes, and then becomes the text of the shortest key that it begins with; else each code
 * point is looked up. `RangeError` for a map that is no trie, and for one that makes more than 64 characters of one.
 */
export const charsmap = (base64: string): ((text: string) => string) => {
  const { cells, texts } = split(Buffer.from(base64, "base64"));
  const mapped = (part: string): string | undefined => {
    const at = find(cells, encoder.encode(part));
    return at === undefined ? undefined : textAt(texts, at);
  };
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
  return (text) => {
    const parts: string[] = [];
    for (const { segment } of graphemes.segment(text)) {
      const whole = encoder.encode(segment).length < 6 ? mapped(segment) : undefined;
      parts.push(whole ?? Array.from(segment, (character) => mapped(character) ?? character).join(""));
    }
    return parts.join("");
  };
};
