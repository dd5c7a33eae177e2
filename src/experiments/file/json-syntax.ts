/** What is wrong with a text that should be JSON, in the words of JSON. */
import { visit } from "jsonc-parser";

/** A mistake, and where it is in the text. */
export interface SyntaxMistake {
  readonly offset: number;
  readonly message: string;
}

/** Codes of the parser's errors; its own enumeration is there for the compiler alone. */
const codes = { symbol: 1, key: 3, value: 4, colon: 5, comma: 6, brace: 7, bracket: 8, end: 9, text: 12 } as const;

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

const shown = (token: string): string => {
  const line = token.replaceAll(/\s+/gu, " ");
  return line.length > 30 ? `${line.slice(0, 27)}...` : line;
};

/** From an offset to the end of the value there. */
const wordAt = (text: string, offset: number): string => {
  const [word = ""] = /^(?:"[^"\n]*"|'[^'\n]*'|[^\s,:{}[\]]+|.)/u.exec(text.slice(offset, offset + 1000)) ?? [];
  return shown(word);
};

const spellings: Readonly<Record<string, string>> = { True: "true", False: "false", None: "null", undefined: "null" };

const wordMistake = (text: string, offset: number): string => {
  const word = wordAt(text, offset);
  const isKey = /^\s*:/u.test(text.slice(offset + word.length, offset + word.length + 1000));
  if (word.startsWith("'")) return `expected "${word.replaceAll("'", "")}", in double quotes, got single quotes`;
  if (isKey) return `expected "${word}", in double quotes, got ${word}`;
  if (/^[-+]?(?:NaN|Infinity|\.inf)$/iu.test(word)) return `expected a number that is finite, such as 0.5, got ${word}`;
  const known = Object.hasOwn(spellings, word) ? spellings[word] : undefined;
  if (known !== undefined) return `expected ${known}, got ${word}`;
  if (/^[-+]?[\d.]/u.test(word)) return `expected a number as JSON has it, such as 0.5 or 1e-3, got ${word}`;
  return `expected a value (a text in double quotes, a number, true, false, null, {...} or [...]), got ${word}`;
};

const commaMistake = (text: string, offset: number): string => {
  const before = text.slice(0, offset).trimEnd();
  return `expected "," between line ${lineAt(text, before.length)}'s value and ${wordAt(text, offset)}, got nothing`;
};

const closeMistake = (text: string, offset: number, open: { readonly at: number; readonly close: string }): string => {
  const got = offset >= text.trimEnd().length ? "the end of the file" : wordAt(text, offset);
  const opening = open.close === "}" ? "{" : "[";
  return `expected "${open.close}" for the "${opening}" of line ${lineAt(text, open.at)}, got ${got}`;
};

/** The first thing that is wrong with a text as JSON with trailing commas; what follows from it is not told. */
export const jsonMistake = (text: string): SyntaxMistake | undefined => {
  const open: { at: number; close: string }[] = [];
  let found: SyntaxMistake | undefined;
  const messageOf = (code: number, offset: number): string => {
    const last = open.at(-1);
    const ended = offset >= text.trimEnd().length;
    if (ended && last !== undefined && code !== codes.text) return closeMistake(text, offset, last);
    switch (code) {
      case codes.symbol:
        return wordMistake(text, offset);
      case codes.key:
        return `expected a key in double quotes, such as "seed", got ${wordAt(text, offset)}`;
      case codes.value:
        return `expected a value, such as 0.5 or "text", got ${ended ? "the end of the file" : wordAt(text, offset)}`;
      case codes.colon:
        return `expected ":" between the key and its value, got ${wordAt(text, offset)}`;
      case codes.comma:
        return last !== undefined && /[\]}]/u.test(text[offset] ?? "")
          ? closeMistake(text, offset, last)
          : commaMistake(text, offset);
      case codes.end:
        return `expected the end of the file, got ${wordAt(text, offset)}; a file has one experiment`;
      case codes.text:
        return `expected '"' at the end of this text, got the end of the line`;
      default:
        return last !== undefined && (code === codes.brace || code === codes.bracket)
          ? closeMistake(text, offset, last)
          : `expected JSON, got ${wordAt(text, offset)}`;
    }
  };
  // The parser says of what is not closed too that it ends.
  const closed = (at: number): void => {
    if (text[at] === open.at(-1)?.close) open.pop();
  };
  visit(
    text,
    {
      onObjectBegin: (at) => void open.push({ at, close: "}" }),
      onObjectEnd: closed,
      onArrayBegin: (at) => void open.push({ at, close: "]" }),
      onArrayEnd: closed,
      onError: (code, offset) => {
        found ??= { offset, message: messageOf(code, offset) };
      },
    },
    { allowTrailingComma: true },
  );
  return found;
};

/** A line of a text with a caret below one of its columns, both counted from 1; long lines are cut around it. */
export const excerptOf = (text: string, line: number, column: number): string => {
  const whole = (text.split("\n")[line - 1] ?? "").replaceAll(/\p{Cc}/gu, " ");
  const start = Math.max(0, column - 1 - 60);
  const part = whole.slice(start, start + 100).trimEnd();
  const head = `${line} | `;
  return `${head}${part}\n${" ".repeat(head.length + column - 1 - start)}^`;
};
