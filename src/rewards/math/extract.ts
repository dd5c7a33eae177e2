/**
 * Where a text says its final answer: in a box, behind `####`, behind "the answer is", in its last formula, or as its
 * last number.
 */

/** Longest text that is searched for boxes, and for anything else, in characters, from its end. */
const LONGEST = 200_000;
const LONGEST_PROSE = 20_000;

/** Longest box or formula, and most boxes: no search is longer than their product. */
const LONGEST_FORMULA = 2000;
const MOST_BOXES = 64;

/** Longest text that may be an answer as a whole. */
const SHORT = 200;

interface Found {
  readonly answer: string;
  readonly end: number;
}

/** Index behind the brace that closes the one at `open`; -1 when none does. */
const closingBrace = (text: string, open: number): number => {
  let depth = 0;
  for (let at = open; at < Math.min(text.length, open + LONGEST_FORMULA); at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "{") depth += 1;
    else if (text[at] === "}" && (depth -= 1) === 0) return at + 1;
  }
  return -1;
};

interface Box {
  readonly content: string;
  readonly start: number;
  readonly end: number;
}

const boxAt = (text: string, match: RegExpExecArray): Box | undefined => {
  const start = match.index;
  const behind = start + match[0].length;
  if (match[1] === undefined) {
    const [word = ""] = /^[^\s${}\\.,;]+/.exec(text.slice(behind, behind + 60)) ?? [];
    return word === "" ? undefined : { content: word, start, end: behind + word.length };
  }
  const closed = closingBrace(text, behind - 1);
  if (closed > 0) return { content: text.slice(behind, closed - 1), start, end: closed };
  const line = text.indexOf("\n", behind);
  const end = Math.min(line < 0 ? text.length : line, behind + LONGEST_FORMULA);
  return { content: text.slice(behind, end).replace(/\$\s*$/, ""), start, end };
};

/** The last boxes of a text, without those in others; one that is not closed ends with its line. */
const boxesOf = (text: string): readonly Box[] => {
  const matches = Array.from(text.matchAll(/\\(?:boxed|fbox)\s*(\{)?/g)).slice(-MOST_BOXES);
  const boxes: Box[] = [];
  for (const match of matches) {
    const box = match.index < (boxes.at(-1)?.end ?? 0) ? undefined : boxAt(text, match);
    if (box !== undefined) boxes.push(box);
  }
  return boxes;
};

/** What may come between two boxes of one answer: nothing but signs, or a few words with "and" or "or". */
const joins = (between: string): boolean => {
  if (between.length > 60) return false;
  const words = between.replace(/\\(?:quad|qquad|text|mbox|[,;:!() \][])|[\s${}(),;.+&\\]/g, " ").trim();
  return (
    !/\n\s*\n|[.!?]\s+[A-Z]/.test(between) &&
    (words === "" || (/\b(?:and|or)\b/i.test(words) && words.split(/\s+/).length <= 6))
  );
};

/** What follows a formula and belongs to it. */
const percentBehind = (text: string, end: number): string =>
  /^\s*(?:\\[\])]|\$*)?\s*(?:\\?%|percent\b|percentage\b|pct\b)/i.test(text.slice(end, end + 24)) ? "\\%" : "";

/** The last box, and those right before that belong to the same answer. */
const boxed = (text: string): Found | undefined => {
  const boxes = boxesOf(text);
  const last = boxes.at(-1);
  if (last === undefined) return undefined;
  let first = boxes.length - 1;
  while (first > 0 && joins(text.slice(boxes[first - 1]!.end, boxes[first]!.start))) first -= 1;
  const contents = boxes.slice(first).map(({ content }) => content);
  return { answer: [...new Set(contents)].join(" , ") + percentBehind(text, last.end), end: last.end };
};

interface Formula extends Found {
  readonly start: number;
}

/** What closes a formula, by what opens it; those of one line first see a new line. */
const delimiters: Readonly<Record<string, { readonly close: string; readonly oneLine: boolean }>> = {
  $$: { close: "$$", oneLine: false },
  "\\[": { close: "\\]", oneLine: false },
  "\\(": { close: "\\)", oneLine: true },
  $: { close: "$", oneLine: true },
};

/**
 * Finds what is at or behind a position; a position is never before that of the last question, so that a text is read
 * once for each sign.
 */
const forwards = (text: string): ((sign: string, from: number) => number) => {
  const known = new Map<string, number>();
  return (sign, from) => {
    const last = known.get(sign);
    if (last !== undefined && (last < 0 || last >= from)) return last;
    let at = text.indexOf(sign, from);
    while (sign === "$" && at > 0 && text[at - 1] === "\\") at = text.indexOf(sign, at + 1);
    known.set(sign, at);
    return at;
  };
};

/** The formulas of a text, from its first to its last. */
const formulasOf = (text: string): readonly Formula[] => {
  const next = forwards(text);
  const formulas: Formula[] = [];
  const openings = /\$\$|\\[[(]|(?<!\\)\$/g;
  for (let match = openings.exec(text); match !== null; match = openings.exec(text)) {
    const from = openings.lastIndex;
    const { close, oneLine } = delimiters[match[0]]!;
    const at = next(close, from);
    const line = oneLine ? next("\n", from) : -1;
    if (at <= from || at - from > LONGEST_FORMULA || (line >= 0 && line < at)) continue;
    const end = at + close.length;
    formulas.push({ answer: text.slice(from, at).trim() + percentBehind(text, end), start: match.index, end });
    openings.lastIndex = end;
  }
  return formulas;
};

/** The text itself when it is little more than formulas, or the last formula. */
const formula = (text: string): Found | undefined => {
  const formulas = formulasOf(text);
  const last = formulas.at(-1);
  if (last === undefined) return undefined;
  let first = formulas.length - 1;
  while (first > 0 && joins(text.slice(formulas[first - 1]!.end, formulas[first]!.start))) first -= 1;
  return {
    answer: formulas
      .slice(first)
      .map(({ answer }) => answer)
      .join(" , "),
    end: last.end,
  };
};

/** A number of people: thousands by commas or spaces, decimals behind a point or a comma, a fraction, a percentage. */
const NUMBER = new RegExp(
  String.raw`(?<![\w.\\])[-+]?\s?[$€£]?\s?(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|` +
    String.raw`\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d+,\d+(?![,\d])|\d*\.\d+|\d+)` +
    String.raw`(?:\s*\/\s*\d+)?(?:\s*(?:\\?%|percent\b|percentage\b|pct\b))?`,
  "gi",
);

/** The number in LaTeX. */
const written = (number: string): string => {
  const percent = /%|p(?:ercent|ct)/i.test(number) ? "\\%" : "";
  const bare = number.replace(/[$€£\s]/g, "").replace(/\\?%|percent(?:age)?|pct/gi, "");
  const grouped = /^[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/.test(bare)
    ? bare.replaceAll(",", "")
    : bare.replace(",", ".");
  return grouped + percent;
};

const lastNumber = (text: string): Found | undefined => {
  const match = Array.from(text.matchAll(NUMBER)).at(-1);
  return match === undefined ? undefined : { answer: written(match[0]), end: match.index + match[0].length };
};

/** Those that were found, the last in the text first, and of two that end together the first. */
const latest = (all: readonly (Found | undefined)[]): readonly Found[] =>
  all.filter((found) => found !== undefined).sort((a, b) => b.end - a.end);

/** Behind "#### ". */
const marked = (text: string): Found | undefined => {
  const match = Array.from(text.matchAll(/####[ \t]*([^\n]*)/g)).at(-1);
  const answer = match?.[1]?.trim() ?? "";
  if (match === undefined || answer === "") return undefined;
  return { answer: formula(answer)?.answer ?? wholeNumber(answer) ?? answer, end: match.index + match[0].length };
};

const wholeNumber = (text: string): string | undefined => {
  const match = Array.from(text.matchAll(NUMBER));
  return match.length === 1 && /^[\s$€£]*$/.test(text.slice(0, match[0]!.index)) ? written(match[0]![0]) : undefined;
};

const SAYS = /(?:\bfinal\s+answer|\banswer|\bresult)\b[*_]*\s*(?:is|are|:|=|\bwould\s+be\b|\bshould\s+be\b)[*_:\s]*/gi;

/** Behind "the answer is", up to the end of the sentence. */
const said = (text: string): Found | undefined => {
  const match = Array.from(text.matchAll(SAYS)).at(-1);
  if (match === undefined) return undefined;
  const begin = match.index + match[0].length;
  const rest = text.slice(begin, begin + 1000);
  const [sentence = ""] = /^[^\n]*?(?=\.(?:\s|$)|\n|$)/.exec(rest) ?? [];
  const answer = latest([formula(sentence), lastNumber(sentence)])[0]?.answer ?? sentence.trim();
  return answer === "" ? undefined : { answer, end: begin + sentence.length };
};

/** A short text that is all answer: a formula without its signs, or a number. */
const whole = (text: string): Found | undefined => {
  const bare = text.length > 2 * SHORT ? "" : text.trim();
  const words = bare.replace(/\\[a-zA-Z]+(?:\{[a-zA-Z ]*\})?|\b(?:and|or)\b/g, " ").match(/[a-z]{2,}/gi) ?? [];
  if (bare === "" || bare.length > SHORT || /[$]|\\[[(]|\\f?box/.test(bare) || words.length > 1) return undefined;
  return { answer: wholeNumber(bare) ?? bare, end: text.length };
};

/**
 * What a text gives as its final answer, the likeliest first: of a box, `####` and "the answer is" the one that comes
 * last; all of a short text; the last formula; the last number. Formulas come as they are written, numbers as LaTeX
 * writes them. Linear in the text, of which the last 200,000 characters are read.
 */
export const extractAnswers = (all: string): readonly string[] => {
  const text = all.slice(-LONGEST_PROSE);
  const cut = Math.max(0, Math.min(all.length, LONGEST) - text.length);
  const box = boxed(all.slice(-LONGEST));
  const inText = box === undefined ? undefined : { ...box, end: box.end - cut };
  const found = [
    ...latest([inText, marked(text), said(text)]),
    ...latest([whole(all), formula(text), lastNumber(text)]),
  ];
  return [...new Set(found.map(({ answer }) => answer))];
};
