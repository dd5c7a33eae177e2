/** The tokens of an answer without what is not part of it: boxes, full stops, braces around it, units. */
import { isBracketed, type Token } from "./tokens.ts";

const render = ({ kind, text }: Token): string => (kind === "command" ? `\\${text} ` : text);

/**
 * The tokens without what differs between writings of the same text: spaces, capitals, brackets, and points and
 * commas that are in no number.
 */
export const textOf = (tokens: readonly Token[]): string =>
  tokens
    .map(render)
    .join("")
    .toLowerCase()
    .replace(/[\s(){}"'*\\]/g, "")
    .replace(/(?<!\d)[.,]|[.,](?!\d)/g, "");

/** Whether it is the sign `text`. */
export const isSign = (token: Token | undefined, text: string): boolean =>
  token?.kind === "sign" && token.text === text;

/** Whether it is the command `text`. */
export const isCommand = (token: Token | undefined, text: string): boolean =>
  token?.kind === "command" && token.text === text;

/** Whether it is the word "and" or "or". */
export const isWord = (token: Token): boolean => token.kind === "text" && /^[\s,]*(?:and|or)[\s,]*$/i.test(token.text);

/** Without boxes, full stops at the end, braces around everything, and units after a number. */
export const trimmed = (tokens: readonly Token[]): readonly Token[] => {
  let result = tokens.filter((token) => !isCommand(token, "boxed") && !isCommand(token, "fbox"));
  for (;;) {
    const [first] = result;
    const last = result.at(-1);
    if (last?.kind === "sign" && /^[.,;:?]$/.test(last.text)) result = result.slice(0, -1);
    else if (isCommand(last, "cr")) result = result.slice(0, -1);
    else if (isSign(first, "{") && isBracketed(result)) result = result.slice(1, -1);
    else if (first?.kind === "sign" && /^[.,;:]$/.test(first.text)) result = result.slice(1);
    else return result;
  }
};

/** Percent signs and words at the end, and units behind a value. */
export const withoutUnits = (
  tokens: readonly Token[],
): { readonly tokens: readonly Token[]; readonly percent: boolean } => {
  const unit = tokens.findIndex(({ kind, text }, at) => at > 0 && kind === "text" && !isWord({ kind, text }));
  const value = unit > 0 ? tokens.slice(0, unit) : tokens;
  const percentWord = unit > 0 && /^\s*(?:%|\\%|percent|pct|percentage)/i.test(tokens[unit]!.text);
  const percentSign = isSign(value.at(-1), "%") || isCommand(value.at(-1), "%");
  return { tokens: percentSign ? value.slice(0, -1) : value, percent: percentWord || percentSign };
};
