/** LaTeX of an answer as tokens: numbers, letters, commands, text and signs, without what only sets the type. */

/** One token. */
export interface Token {
  readonly kind: "number" | "letter" | "command" | "text" | "sign";
  /** Of a command without its backslash; of text what is between the braces. */
  readonly text: string;
}

/** Longest answer that is read, in characters. */
export const LONGEST = 2000;

/** Signs of Unicode, as LaTeX. */
const signs: Readonly<Record<string, string>> = {
  π: "\\pi ",
  "∞": "\\infty ",
  "√": "\\sqrt ",
  "×": "\\times ",
  "·": "\\cdot ",
  "⋅": "\\cdot ",
  "÷": "\\div ",
  "−": "-",
  "–": "-",
  "±": "\\pm ",
  "≤": "\\le ",
  "≥": "\\ge ",
  "≠": "\\ne ",
  "≈": "\\approx ",
  "∈": "\\in ",
  "∪": "\\cup ",
  "∅": "\\emptyset ",
  "²": "^2",
  "³": "^3",
  "½": "\\frac12 ",
  θ: "\\theta ",
  α: "\\alpha ",
  β: "\\beta ",
};

/** Commands and signs that only set the type, and signs of money and angle, which no answer differs by. */
const SETTING = new RegExp(
  String.raw`\\(?:left|right|middle|[bB]igg?[lrm]?|displaystyle|textstyle|scriptstyle|limits|` +
    String.raw`nolimits|quad|qquad|hspace\{[^{}]*\}|tiny|small|large|Large|hfill|strut|mathstrut|` +
    String.raw`qed|blacksquare|square)(?![a-zA-Z])|\\[!,;: >]|~|\^\{?\\circ\}?|\^\{\\prime\\prime\}|` +
    String.raw`°|\\degree(?![a-zA-Z])|\\\$|\$|€|£|¥|\\text(?:dollar|euro)(?![a-zA-Z])`,
  "g",
);

const TEXT = new RegExp(
  String.raw`\\(?:text(?:bf|it|rm|sf|tt|normal|up)?|mbox|hbox|textnormal|mathrm|mathbf|mathit|` +
    String.raw`mathsf|mathtt|boldsymbol|bm|operatorname\*?)\s*\{([^{}]*)\}`,
  "g",
);

/** Units and words behind a number, as a token of text; short ones only where no product of letters looks like them. */
const UNIT = new RegExp(
  String.raw`⟪[^⟫]*⟫|(?<=\d\s+)(?:percent(?:age)?|pct|(?:[cmk]?m|km|kg|mg|ft|hr|min|sec|cents?)` +
    String.raw`(?![a-zA-Z])|[a-z]{4,}(?: [a-z]+)*(?![a-zA-Z(]))`,
  "g",
);

const WORD = /⟪[^⟫]*⟫|(?<![a-zA-Z\\])(?:and|or)(?=\s|[(\\\d$A-Z-]|$)/g;

/**
 * The answer with one way of writing for what has several. A doubled backslash begins a row of a matrix; elsewhere it
 * is an escape too many.
 */
const plain = (latex: string): string =>
  latex
    .replace(/[πθαβ∞√×·⋅÷−–±≤≥≠≈∈∪∅²³½]/g, (sign) => signs[sign] ?? sign)
    .replace(/\\\\/g, latex.includes("begin{") ? "\\cr " : "\\")
    .replace(/(\d)\s*(?:\{\s*,\s*\}\s*(?=\d{3}(?!\d))|,\s*\\!\s*(?=\d))/g, "$1")
    .replace(/(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])/g, (number) =>
      /[([{]/.test(latex) ? number : number.replaceAll(",", ""),
    )
    .replace(SETTING, " ")
    .replace(/\\[dtc]frac(?![a-zA-Z])/g, "\\frac")
    .replace(/\\[dt]binom(?![a-zA-Z])/g, "\\binom")
    .replace(/\\(?:leqslant|leq)(?![a-zA-Z])|<=/g, "\\le ")
    .replace(/\\(?:geqslant|geq)(?![a-zA-Z])|>=/g, "\\ge ")
    .replace(/\\neq(?![a-zA-Z])|!=/g, "\\ne ")
    .replace(/\\lt(?![a-zA-Z])/g, "<")
    .replace(/\\gt(?![a-zA-Z])/g, ">")
    .replace(/\\(?:cdotp|times|ast)(?![a-zA-Z])|\*{1,2}/g, (sign) => (sign === "**" ? "^" : "\\cdot "))
    .replace(/\\div(?![a-zA-Z])/g, "/")
    .replace(/\\lbrace(?![a-zA-Z])/g, "\\{")
    .replace(/\\rbrace(?![a-zA-Z])/g, "\\}")
    .replace(/\\(?:lvert|rvert|vert|mid)(?![a-zA-Z])/g, "|")
    .replace(/\\varnothing(?![a-zA-Z])/g, "\\emptyset");

/** Text between two marks; a single letter is none. */
const marked = (latex: string): string =>
  latex
    .replaceAll(/[⟪⟫]/g, "")
    .replace(TEXT, (_, text: string) => (/^\s*[a-zA-Z]\s*$/.test(text) ? ` ${text.trim()} ` : `⟪${text.trim()}⟫`))
    .replace(UNIT, (found) => (found.startsWith("⟪") ? found : `⟪${found}⟫`))
    .replace(WORD, (found) => (found.startsWith("⟪") ? found : `⟪${found}⟫`));

const TOKEN = /\s+|(\d+(?:\.\d+)?|\.\d+)|([a-zA-Z])|⟪([^⟫]*)⟫|\\([a-zA-Z]+|.)|(.)/gsu;

/**
 * The tokens of an answer in LaTeX or in plain signs; undefined when it is longer than `LONGEST`. Text within
 * `\text{...}` is one token; a single letter in it, or in `\mathrm{...}`, is that letter.
 */
export const tokensOf = (latex: string): readonly Token[] | undefined => {
  if (latex.length > LONGEST) return undefined;
  const tokens: Token[] = [];
  for (const [, number, letter, text, command, sign] of marked(plain(latex)).matchAll(TOKEN)) {
    if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (letter !== undefined) tokens.push({ kind: "letter", text: letter });
    else if (text !== undefined) tokens.push({ kind: "text", text });
    else if (command !== undefined) tokens.push({ kind: "command", text: command });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign });
  }
  return tokens;
};

/** Brackets that open and close, by the token's text; braces of sets are the commands `{` and `}`. */
const depthOf = ({ kind, text }: Token): number => {
  if (kind === "sign" ? /[([{]/.test(text) : kind === "command" && /^(?:\{|lfloor|lceil|langle|begin)$/.test(text))
    return 1;
  if (kind === "sign" ? /[)\]}]/.test(text) : kind === "command" && /^(?:\}|rfloor|rceil|rangle|end)$/.test(text))
    return -1;
  return 0;
};

/** The parts between separators that are in no bracket, and the separators. */
export const splitTokens = (
  tokens: readonly Token[],
  separates: (token: Token) => boolean,
): { readonly parts: readonly (readonly Token[])[]; readonly separators: readonly Token[] } => {
  const parts: Token[][] = [[]];
  const separators: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    depth += depthOf(token);
    if (depth === 0 && separates(token)) {
      separators.push(token);
      parts.push([]);
    } else parts.at(-1)!.push(token);
  }
  return { parts, separators };
};

/** Whether the first token's bracket is closed by the last one and not before. */
export const isBracketed = (tokens: readonly Token[]): boolean => {
  let depth = 0;
  return tokens.every((token, at) => {
    depth += depthOf(token);
    return at === tokens.length - 1 ? depth === 0 && depthOf(token) === -1 : depth > 0;
  });
};
