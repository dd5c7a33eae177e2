/** The characters that GPT-2 writes bytes as (Radford et al., 2019), so that every text is made of 256 visible ones. */

const ranges = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
] as const;

const isVisible = (byte: number): boolean => ranges.some(([from, to]) => byte >= from && byte <= to);

/** The character of each byte: its own where that is visible, else the next from U+0100 on. */
export const byteCharacters: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isVisible(byte) ? byte : next++));
})();

const bytes: ReadonlyMap<string, number> = new Map(byteCharacters.map((character, byte) => [character, byte]));

/** The byte that a character encodes; `undefined` for any other character. */
export const byteOf = (character: string): number | undefined => bytes.get(character);

const encoder = new TextEncoder();

/** The UTF-8 bytes of a text, each as its character. */
export const asByteCharacters = (text: string): string =>
  Array.from(encoder.encode(text), (byte) => byteCharacters[byte]!).join("");
