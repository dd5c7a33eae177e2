/** The laws of a measure of the user's. */
import type { EvaluatedGroup, Measure } from "../evaluation/measures/measure.ts";
import { demand, demandFinite, tryLaw, type LawResult } from "./law.ts";

const texts = ["", "a", "one two", "ONE two.", "\u0000", "y ".repeat(200), "déjà vu 👍"];

const groups = (samples: number, entailed: boolean): readonly EvaluatedGroup[] =>
  texts.map((reference, index) => ({
    prompt: { index, text: `prompt ${index}`, reference },
    completions: Array.from({ length: samples }, (_, sample) => {
      const text = texts[(index + sample) % texts.length]!;
      return {
        text,
        tokens: Array.from(text, (_character, i) => i + 2),
        correct: text === reference,
        ...(entailed ? { entailed: true } : {}),
      };
    }),
  }));

/** The laws of every measure. */
export const checkMeasure = (measure: Measure): Promise<readonly LawResult[]> => {
  const evaluated = groups(measure.samples, measure.entailment === true);
  return Promise.all([
    tryLaw("it has a name for metrics", () => {
      demand(
        /^[A-Za-z0-9][A-Za-z0-9_./-]*$/u.test(measure.name),
        () => `expected letters and digits, got ${measure.name}`,
      );
    }),
    tryLaw("any completions give a finite number, also a single prompt's", () => {
      demandFinite("the measure", [measure.of(evaluated), ...evaluated.map((group) => measure.of([group]))]);
    }),
    tryLaw("the same completions give the same number", () => {
      demand(
        measure.of(evaluated) === measure.of(structuredClone(evaluated)),
        () => "expected the same twice, got two numbers",
      );
    }),
  ]);
};
