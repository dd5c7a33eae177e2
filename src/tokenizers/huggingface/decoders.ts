/**
 * How documents join pieces to a text, exactly as HuggingFace's Rust does; the library differs for bytes that are no
 * character, and for first spaces.
 */
import { Type } from "@sinclair/typebox";
import { byteOf } from "./bytes.ts";
import { part, readPart, type Parts } from "./part.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/** Joins the pieces of a text. */
export type Decode = (pieces: readonly string[]) => string;

/** One step: pieces to pieces. */
type Step = (pieces: readonly string[]) => readonly string[];

/** Of a decoded text, and of what replaces another text in it. */
const mostCharacters = 1 << 26;
const Content = Type.String({ maxLength: 4 });
const Character = Type.String({ minLength: 1, maxLength: 2 });
const Cut = Type.Integer({ minimum: 0, maximum: 64 });

const Metaspace = Type.Object({
  type: Type.Literal("Metaspace"),
  replacement: Character,
  prepend_scheme: Type.Optional(Type.Union([Type.Literal("always"), Type.Literal("first"), Type.Literal("never")])),
  add_prefix_space: Type.Optional(Type.Boolean()),
});

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const strictUtf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const encoder = new TextEncoder();

/** Bytes of a piece in GPT-2's characters; of its own text where a character encodes none. */
const bytesOf = (piece: string): Uint8Array => {
  const bytes = Array.from(piece, byteOf);
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : encoder.encode(piece);
};

const byteLevel: Step = (pieces) => {
  const parts = pieces.map(bytesOf);
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return [utf8.decode(all)];
};

const fallbackByte = (piece: string): number | undefined => {
  const digits = /^<0x([0-9A-Fa-f]{2})>$/u.exec(piece)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
};

/** Bytes that make characters; one replacement character for each byte of those that do not. */
const textOfBytes = (bytes: readonly number[]): string => {
  try {
    return strictUtf8.decode(Uint8Array.from(bytes));
  } catch {
    return "\ufffd".repeat(bytes.length);
  }
};

const byteFallback: Step = (pieces) => {
  const texts: string[] = [];
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length > 0) texts.push(textOfBytes(bytes));
    bytes = [];
  };
  for (const piece of pieces) {
    const byte = fallbackByte(piece);
    if (byte !== undefined) bytes.push(byte);
    else {
      flush();
      texts.push(piece);
    }
  }
  flush();
  return texts;
};

const strip = (piece: string, content: string, start: number, stop: number): string => {
  const characters = Array.from(piece);
  let from = 0;
  while (from < start && characters[from] === content) from += 1;
  let to = characters.length;
  while (characters.length - to < stop && to > from && characters[to - 1] === content) to -= 1;
  return characters.slice(from, to).join("");
};

/** English as WordPiece writes it, with the spaces before marks and clitics taken out. */
const tidied = (text: string): string =>
  text
    .replaceAll(/ ([.?!,])/gu, "$1")
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(" do not", " don't")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re");

const wordPiece = (piece: string, index: number, prefix: string, cleanup: boolean): string => {
  const joined = index === 0 ? piece : piece.startsWith(prefix) ? piece.slice(prefix.length) : ` ${piece}`;
  return cleanup ? tidied(joined) : joined;
};

const eachPiece =
  (change: (piece: string, index: number, count: number) => string): Step =>
  (pieces) =>
    pieces.map((piece, index) => change(piece, index, pieces.length));

const decoders: Parts<Step> = {
  BPEDecoder: part(
    closedObject({ type: Type.Literal("BPEDecoder"), suffix: Type.String({ minLength: 1, maxLength: 64 }) }),
    ({ suffix }) => eachPiece((piece, index, count) => piece.replaceAll(suffix, index === count - 1 ? "" : " ")),
  ),
  ByteFallback: part(closedObject({ type: Type.Literal("ByteFallback") }), () => byteFallback),
  // Its options are those of the pre-tokenizer; joining has none.
  ByteLevel: part(Type.Object({ type: Type.Literal("ByteLevel") }), () => byteLevel),
  Fuse: part(closedObject({ type: Type.Literal("Fuse") }), () => (pieces) => [pieces.join("")]),
  Metaspace: part(Metaspace, ({ replacement, prepend_scheme: scheme, add_prefix_space: legacy = true }) => {
    const prefixed = scheme === undefined ? legacy : scheme !== "never";
    return eachPiece((piece, index) => piece.replaceAll(replacement, prefixed && index === 0 ? "" : " "));
  }),
  Replace: part(
    closedObject({ type: Type.Literal("Replace"), pattern: closedObject({ String: Content }), content: Content }),
    ({ pattern, content }) => eachPiece((piece) => piece.split(pattern.String).join(content)),
  ),
  Strip: part(
    closedObject({ type: Type.Literal("Strip"), content: Character, start: Cut, stop: Cut }),
    ({ content, start, stop }) => eachPiece((piece) => strip(piece, content, start, stop)),
  ),
  WordPiece: part(
    closedObject({ type: Type.Literal("WordPiece"), prefix: Type.String({ maxLength: 64 }), cleanup: Type.Boolean() }),
    ({ prefix, cleanup }) => eachPiece((piece, index) => wordPiece(piece, index, prefix, cleanup)),
  ),
};

/** One after the other. `RangeError` when replacements make the text longer than `mostCharacters`. */
const inTurn =
  (members: readonly Step[]): Step =>
  (pieces) =>
    members.reduce((each, member) => {
      const length = each.reduce((sum, piece) => sum + piece.length, 0);
      if (length > mostCharacters)
        throw new RangeError(`tokenizer: expected at most ${mostCharacters} decoded characters, got ${length}`);
      return member(each);
    }, pieces);

/**
 * The decoder of a document; pieces are joined with spaces where there is none. `TypeError` for a type or an option
 * that is not supported, `RangeError` for too many parts.
 */
export const readDecoder = (value: unknown): Decode => {
  const decode = readPart(decoders, "decoders", value, "/decoder", inTurn);
  return (pieces) => (decode === undefined ? pieces.join(" ") : decode(pieces).join(""));
};
