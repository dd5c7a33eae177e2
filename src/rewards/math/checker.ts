/** Checks a completion's final answer against a reference. */
import { readAnswer, type Answer } from "./answer.ts";
import { Calculator } from "./calculator.ts";
import { extractAnswers } from "./extract.ts";
import { Comparison } from "./same.ts";

/** The first of the answers that can be read as more than text, else the first. */
const answerOf = (text: string): Answer | undefined => {
  const answers = extractAnswers(text).map(readAnswer);
  return answers.find(({ kind }) => kind !== "text") ?? answers[0];
};

/** Whether a completion gives the reference's answer. */
export type CheckMath = (reference: string, completion: string) => boolean;

/** Loads what checking needs. `decimals`: places to which a decimal must agree. */
export const mathChecker = async (decimals: number): Promise<CheckMath> => {
  const calculator = await Calculator.open();
  return (reference, completion) => {
    const [right, given] = [answerOf(reference), answerOf(completion)];
    return right !== undefined && given !== undefined && new Comparison(calculator, decimals).same(right, given);
  };
};
