/** Tests of the translation task: the laws, its language by hand, and its checker. */
import { describe, expect, test } from "vitest";
import {
  isGrammatical,
  sourceOf,
  translationsOf,
  translationWords,
  type Sentence,
} from "../../../src/tasks/translation/translation-sentences.ts";
import { nouns, verbs } from "../../../src/tasks/translation/translation-words.ts";
import { translation } from "../../../src/tasks/translation/translation.ts";
import { taskLaws } from "../../laws/task.laws.ts";

taskLaws((seed) => translation.create({ train: 300, test: 40 }, { seed }));

const noun = (one: string) => nouns.find((each) => each.one === one)!;
const verb = (one: string) => verbs.find((each) => each.one === one)!;

const sentence: Sentence = {
  subject: { noun: noun("woman"), plural: true, definite: true, adjective: "old" },
  verb: verb("carries"),
  object: { noun: noun("lamp"), plural: false, definite: false, adjective: "light" },
  place: "in winter",
};

describe("sentences", () => {
  test("are said in English with the place first or last", () => {
    expect(sourceOf(sentence, true)).toBe("in winter the old women carry a light lamp");
    expect(sourceOf(sentence, false)).toBe("the old women carry a light lamp in winter");
    const old = { ...sentence, subject: { ...sentence.subject, plural: false, definite: false } };
    expect(sourceOf({ ...old, place: undefined }, false)).toBe("an old woman carries a light lamp");
    const many = { ...sentence, subject: { ...sentence.subject, definite: false } };
    expect(sourceOf(many, true)).toBe("in winter old women carry a light lamp");
  });

  test("have each place and each verb among their translations, with all that agrees", () => {
    expect(translationsOf(sentence)).toEqual([
      "himan ki selvi anteni lam glina klarena portit",
      "ki selvi anteni lam glina klarena himan portit",
      "himan ki selvi anteni lam glina klarena tragit",
      "ki selvi anteni lam glina klarena himan tragit",
    ]);
    const stone = {
      ...sentence,
      verb: verb("sees"),
      place: undefined,
      object: { ...sentence.object, noun: noun("stone"), definite: true },
    };
    expect(translationsOf(stone)).toEqual(["ki selvi anteni kom garo leveno vidit"]);
    const woman = { ...stone, subject: { ...stone.subject, plural: false } };
    expect(translationsOf(woman)).toEqual(["ka selva antena kom garo leveno vidat"]);
  });

  test("have no two words that are the same in the other language", () => {
    const stems = [...nouns.map(({ stem }) => stem), ...verbs.flatMap((each) => each.stems)];
    expect(new Set(stems).size).toBe(stems.length);
    expect(new Set(translationWords()).size).toBe(translationWords().length);
  });
});

describe("the checker", () => {
  const task = translation.create({ train: 2000, test: 100 }, { seed: 3 });

  test("takes every right translation, and nothing that says or agrees otherwise", () => {
    for (const prompt of task.test) {
      expect(task.check(prompt, prompt.reference)).toEqual({ correct: true, wellFormed: true });
      const other = task.train.find(({ reference }) => reference !== prompt.reference)!;
      expect(task.check(prompt, other.reference)).toEqual({ correct: false, wellFormed: true });
    }
    const placed = task.train.find(({ reference }) => reference.startsWith("himan "))!;
    const words = placed.reference.split(" ");
    expect(task.check(placed, [...words.slice(1, -1), "himan", words.at(-1)!].join(" "))).toEqual({ correct: true, wellFormed: true });
    expect(task.check(placed, words.slice(1).join(" "))).toEqual({ correct: false, wellFormed: true });
    expect(task.check({ index: 0, text: "the men sleep\n", reference: "" }, placed.reference)).toEqual({
      correct: false,
      wellFormed: true,
    });
  });

  test.each([
    ["a verb that does not agree", "ki selvi anteni lam glina klarena vidat"],
    ["an adjective that does not", "ki selvi antena lam glina klarena vidit"],
    ["an article that does not", "ka selvi anteni lam glina klarena vidit"],
    ["a subject like an object", "kim selvi anteni lam glina klarena vidit"],
    ["an object like a subject", "ki selvi anteni la glina klarena vidit"],
    ["two places", "himan ki selvi lam glina noktan vidit"],
    ["a noun in another gender", "ku selvu lam glina vidut"],
    ["no verb", "ki selvi lam glina"],
    ["more behind it", "ki selvi lam glina vidit vidit"],
    ["no object", "ki selvi vidit"],
    ["nothing", ""],
  ])("a sentence with %s is not well-formed", (_what, text) => {
    expect(isGrammatical("ki selvi anteni lam glina klarena vidit")).toBe(true);
    expect(isGrammatical(text)).toBe(false);
  });
});

test("the test split does not depend on the training split, whose beginning does not depend on its size", () => {
  const [small, large] = [
    translation.create({ train: 50, test: 20 }, { seed: 5 }),
    translation.create({ train: 200, test: 20 }, { seed: 5 }),
  ];
  expect(small.test).toEqual(large.test);
  expect(small.train).toEqual(large.train.slice(0, 50));
});
