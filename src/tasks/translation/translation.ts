/**
 * Translation into a language with genders, agreement and another order of words, which is made up: several
 * translations are right.
 */
import { define } from "../../plugins/definition.ts";
import { integer, stream } from "../../random/stream.ts";
import { promptIds } from "../../tokenizers/prompt-ids.ts";
import { wordTokenizer } from "../../tokenizers/words.ts";
import { distinct, longestOf } from "../distinct.ts";
import { drawnSize, splitSizes, splitsOf } from "../split-sizes.ts";
import type { Prompt, Task, TaskContext, Verdict } from "../task.ts";
import { drawSentence, isGrammatical, sourceOf, translationsOf, translationWords } from "./translation-sentences.ts";

interface Pair {
  readonly text: string;
  readonly reference: string;
  /** All that is right. */
  readonly right: ReadonlySet<string>;
}

const drawPair = (seed: number, index: number): Pair => {
  const uniforms = stream(seed, "task", "translation", index);
  const sentence = drawSentence(uniforms);
  const right = translationsOf(sentence);
  return {
    text: `${sourceOf(sentence, uniforms() < 0.3)}\n`,
    reference: right[integer(uniforms, 0, right.length - 1)]!,
    right: new Set(right),
  };
};

/**
 * Sentences such as `in winter the old women carry a lamp`, and `himan ki selvi anteni lam glina portit`: subject,
 * object, verb; adjectives behind their nouns; articles, adjectives and verbs agree in gender and number, the verb with
 * a subject that comes far before it; `light` is another word beside what shines. Where or when comes first or before
 * the verb, and some verbs have two words: each of up to four translations is as right as another, and the reference is
 * one of them.
 *
 * A completion is correct when it is a right translation, and well-formed when it is a sentence whose words agree,
 * whatever it says. The test split depends on the seed and its own size only, and a smaller training split is the
 * beginning of a larger one. There are some millions of sentences.
 */
export const translation = define({
  type: "translation",
  summary:
    "Sentences to be translated into a made-up language with agreement and another order; several " +
    "translations are right.",
  parameters: splitSizes,
  create(sizes, { seed }: TaskContext): Task {
    const drawn = distinct("translation", drawnSize(sizes), (index) => drawPair(seed, index));
    const all = [...drawn.values()];
    const { train, test } = splitsOf(all, sizes);
    const prompts = (some: readonly Pair[]): Prompt[] =>
      some.map(({ text, reference }, index) => ({ index, text, reference }));
    const tokenizer = wordTokenizer(translationWords(), { unknown: "refuse" });
    const check = ({ text }: Prompt, completion: string): Verdict => ({
      correct: drawn.get(text)?.right.has(completion) === true,
      wellFormed: isGrammatical(completion),
    });
    return {
      name: "translation",
      tokenizer,
      train: prompts(train),
      test: prompts(test),
      longest: {
        prompt: longestOf(all.map(({ text }) => promptIds(tokenizer, text).length)),
        completion: longestOf(all.flatMap(({ right }) => [...right].map((each) => tokenizer.encode(each).length))) + 1,
      },
      check,
    };
  },
});
