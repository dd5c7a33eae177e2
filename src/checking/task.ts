/** The laws of a task of the user's. */
import type { Task } from "../tasks/task.ts";
import { demand, tryLaw, type LawResult } from "./law.ts";

const oddTexts = ["", " ", "\u0000", "\uD83D", "__proto__", "[".repeat(10_000), "a".repeat(100_000)];

/** The laws of every task; `make` gives that of a seed. */
export const checkTask = (make: (seed: number) => Task): Promise<readonly LawResult[]> => {
  const task = make(7);
  const prompts = [...task.train, ...task.test];
  return Promise.all([
    tryLaw("a seed decides the prompts", () => {
      const again = make(7);
      demand(
        JSON.stringify([again.train, again.test]) === JSON.stringify([task.train, task.test]),
        () => "expected the same prompts from the same seed, got others; draw from the seed of the context alone",
      );
    }),
    tryLaw("prompts differ, and none of training is tested on", () => {
      const shared = task.test.find(({ text }) => task.train.some((other) => other.text === text));
      demand(shared === undefined, () => `expected no prompt in both splits, got ${JSON.stringify(shared?.text)}`);
      const distinct = new Set(prompts.map(({ text }) => text)).size;
      demand(distinct === prompts.length, () => `expected ${prompts.length} different prompts, got ${distinct}`);
      return `${task.train.length} to train, ${task.test.length} to test`;
    }),
    tryLaw("prompts know their index in their split", () => {
      for (const split of [task.train, task.test]) {
        const wrong = split.findIndex(({ index }, i) => index !== i);
        demand(wrong < 0, () => `expected index ${wrong}, got ${split[wrong]!.index}`);
      }
    }),
    tryLaw("the tokenizer knows each text, and `longest` is the longest of them", () => {
      const ids = (text: string): number => task.tokenizer.encode(text).length;
      const prompt = Math.max(...prompts.map(({ text }) => ids(text)));
      demand(
        task.longest.prompt >= prompt,
        () => `expected longest.prompt of at least ${prompt}, got ${task.longest.prompt}`,
      );
      if (task.answered === false) return;
      const completion = Math.max(...prompts.map(({ reference }) => ids(reference) + 1));
      const said = task.longest.completion;
      demand(said >= completion, () => `expected longest.completion of at least ${completion}, got ${said}`);
    }),
    tryLaw("a reference is correct", () => {
      if (task.answered === false) return "it has none";
      const wrong = prompts.find((prompt) => !task.check(prompt, prompt.reference).correct);
      demand(
        wrong === undefined,
        () => `expected ${JSON.stringify(wrong?.reference)} to be correct for ${JSON.stringify(wrong?.text)}`,
      );
    }),
    tryLaw("any text gets a verdict, the same one each time", () => {
      for (const text of oddTexts) {
        const [first, second] = [task.check(prompts[0]!, text), task.check(prompts[0]!, text)];
        demand(
          typeof first.correct === "boolean" && typeof first.wellFormed === "boolean",
          () => "expected { correct, wellFormed }",
        );
        demand(
          JSON.stringify(first) === JSON.stringify(second),
          () => `expected the same twice for ${JSON.stringify(text.slice(0, 40))}`,
        );
      }
    }),
  ]);
};
