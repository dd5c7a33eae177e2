/** A reward for completions that a pattern matches. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import { linearRegExp, type LinearRegExp, type RegExpOptions } from "./linear-regexp.ts";
import type { Reward } from "./reward.ts";

const compiled = (pattern: string, options: RegExpOptions): LinearRegExp => {
  try {
    return linearRegExp(pattern, options);
  } catch (cause) {
    throw new RangeError(`regular-expression: ${(cause as Error).message}`, { cause });
  }
};

/**
 * 1 when the pattern matches the completion's text, else 0; in time linear in the text. `RangeError` for a pattern that
 * RE2 does not read.
 */
export const regularExpression = define({
  type: "regular-expression",
  summary: "1 where a regular expression (RE2: no back-references, no look-around) matches the completion, else 0.",
  parameters: {
    pattern: Type.String({ minLength: 1, maxLength: 10_000, description: "In RE2's syntax." }),
    whole: Type.Boolean({
      default: false,
      description: "It must match the whole completion, and not only some of it.",
    }),
    ignoreCase: Type.Boolean({ default: false, description: "Letters of either case are the same." }),
    dotAll: Type.Boolean({ default: false, description: "A point matches the end of a line too." }),
    multiline: Type.Boolean({ default: false, description: "^ and $ match at the ends of lines too." }),
  },
  create({ pattern, whole, ...options }): Reward {
    const expression = compiled(pattern, options);
    const holds = (text: string): boolean => (whole ? expression.matches(text) : expression.test(text));
    return {
      name: "regular-expression",
      range: [0, 1],
      score: ({ text }) => Promise.resolve({ value: holds(text) ? 1 : 0, parts: {} }),
    };
  },
});
