/** The number that a text ends with as its answer. */
import { readAnswer, type Answer } from "./answer.ts";
import { extractAnswers } from "./extract.ts";

const SIGN_OR_BRACKET = /[\s()]/g;

/** A decimal, or a fraction of two, with a sign before or without; undefined for anything else. */
const numberOf = (expression: string): number | undefined => {
  const [, minus, top, bottom] =
    /^(-?)(\d+(?:\.\d+)?|\.\d+)(?:\/(\d+(?:\.\d+)?))?$/.exec(expression.replaceAll(SIGN_OR_BRACKET, "")) ?? [];
  if (top === undefined || (bottom !== undefined && Number(bottom) === 0)) return undefined;
  return ((minus === "-" ? -1 : 1) * Number(top)) / Number(bottom ?? 1);
};

const meant = (answer: Answer): number | undefined => {
  if (answer.kind === "relation") return answer.value === undefined ? undefined : meant(answer.value);
  return answer.kind === "value" ? numberOf(answer.expression) : undefined;
};

/**
 * The number of the likeliest final answer that is one; percent as it is written, so 28 of 28 %. Undefined when there
 * is none.
 */
export const finalNumber = (text: string): number | undefined => {
  for (const answer of extractAnswers(text)) {
    const number = meant(readAnswer(answer));
    if (number !== undefined) return number;
  }
  return undefined;
};
