/** A calculator over a written chain of thought: the sums in it are done again, and their results put right. */

const number = String.raw`-?\$?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?`;

/** An arithmetic expression, an equals sign, and the number behind it. Nothing in it can match in two ways. */
const equation = new RegExp(String.raw`(${number}(?:\s*[-+*/x×÷]\s*${number})+)\s*=\s*(${number})`, "gu");

/** Longest text that is worked on, in characters; more stays as it is. */
const longest = 4_000;

/** The value of a written number; signs of currency and separators are left aside. */
const valueOf = (text: string): number => Number(text.replace(/[$,%]/gu, "")) / (text.endsWith("%") ? 100 : 1);

const steps: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  x: (a, b) => a * b,
  "×": (a, b) => a * b,
  "/": (a, b) => a / b,
  "÷": (a, b) => a / b,
};

/** Products and quotients first, each from the left. */
const evaluated = (expression: string): number => {
  const parts = [...expression.matchAll(new RegExp(String.raw`(^|[-+*/x×÷])\s*(${number})\s*`, "gu"))];
  const terms: { sign: string; value: number }[] = [];
  for (const [, sign = "", text = ""] of parts) {
    const last = terms.at(-1);
    if (last !== undefined && !"+-".includes(sign)) last.value = steps[sign]!(last.value, valueOf(text));
    else terms.push({ sign: sign === "" ? "+" : sign, value: valueOf(text) });
  }
  return terms.reduce((sum, { sign, value }) => steps[sign]!(sum, value), 0);
};

/** As people write it: at most six digits after the point, none that say nothing. */
const written = (value: number): string => String(Number(value.toFixed(6)));

/** The text with one number instead of another, where that is a number by itself. */
const exchanged = (text: string, from: string, to: string): string =>
  text.replaceAll(
    new RegExp(String.raw`(?<![\d.,])${from.replaceAll(/[$.]/gu, String.raw`\$&`)}(?![\d]|[.,]\d)`, "gu"),
    () => to,
  );

/**
 * The chain with the result of each equation `a + b = c` as it must be, the first one first; where `c` was wrong, the
 * right number is put there and in all that follows, the final answer too (Wei et al., 2022, appendix B, whose external
 * calculator Agarwal et al., 2024, evaluate GSM8K with). Division by zero and texts above 4,000 characters stay as they
 * are.
 */
export const calculated = (chain: string): string => {
  if (chain.length > longest) return chain;
  let [done, rest] = ["", chain];
  for (;;) {
    equation.lastIndex = 0;
    const found = equation.exec(rest);
    if (found === null) return done + rest;
    const [whole, expression = "", result = ""] = found;
    const end = found.index + whole.length;
    const right = evaluated(expression);
    const after = rest.slice(end);
    if (!Number.isFinite(right) || Math.abs(right - valueOf(result)) <= 1e-6 * Math.max(1, Math.abs(right))) {
      done += rest.slice(0, end);
      rest = after;
      continue;
    }
    const to = written(right);
    done += rest.slice(0, end - result.length) + to;
    rest = exchanged(after, result, to);
  }
};

/**
 * The last number of a text, as a value; of what follows "answer is" if the text says so. Nothing where there is none.
 */
export const finalNumber = (text: string): number | undefined => {
  const said = /answer is\b(.*)$/isu.exec(text)?.[1] ?? text;
  const numbers = said.match(new RegExp(number, "gu")) ?? [];
  const last = said === text ? numbers.at(-1) : numbers[0];
  return last === undefined ? undefined : valueOf(last);
};
