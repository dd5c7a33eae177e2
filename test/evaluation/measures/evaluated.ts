/** Completions made up for tests of measures. */
import type { EvaluatedGroup } from "../../../src/evaluation/measures/measure.ts";

/** A prompt with completions of these texts, right where they are the reference; a token for each character. */
export const evaluatedOf = (reference: string, ...texts: readonly string[]): EvaluatedGroup => ({
  prompt: { index: 0, text: "?", reference },
  completions: texts.map((text) => ({
    text,
    tokens: Array.from(text, (character) => character.codePointAt(0)!),
    correct: text === reference,
  })),
});
