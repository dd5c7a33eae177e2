/**
 * Sentences of the translation task, in both languages: what is drawn, how it is said, and all that is a right
 * translation of it.
 */
import { pick, type Uniforms } from "../../random/stream.ts";
import {
  adjectiveForm,
  adjectives,
  articleForm,
  classes,
  nounForm,
  nouns,
  places,
  shining,
  verbForm,
  verbs,
  type Class,
} from "./translation-words.ts";

/** A noun with its article and an adjective. */
interface NounPhrase {
  readonly noun: (typeof nouns)[number];
  readonly plural: boolean;
  readonly definite: boolean;
  readonly adjective: string | undefined;
}

/** Who does what to whom, and perhaps where or when. */
export interface Sentence {
  readonly subject: NounPhrase;
  readonly verb: (typeof verbs)[number];
  readonly object: NounPhrase;
  readonly place: string | undefined;
}

const drawPhrase = (uniforms: Uniforms): NounPhrase => ({
  noun: pick(uniforms, nouns),
  plural: uniforms() < 0.4,
  definite: uniforms() < 0.5,
  adjective: uniforms() < 0.6 ? pick(uniforms, Object.keys(adjectives)) : undefined,
});

/** Draws a sentence. */
export const drawSentence = (uniforms: Uniforms): Sentence => ({
  subject: drawPhrase(uniforms),
  verb: pick(uniforms, verbs),
  object: drawPhrase(uniforms),
  place: uniforms() < 0.6 ? pick(uniforms, Object.keys(places)) : undefined,
});

const english = ({ noun, plural, definite, adjective }: NounPhrase): string =>
  [
    ...(definite ? ["the"] : plural ? [] : [adjective === "old" ? "an" : "a"]),
    ...(adjective === undefined ? [] : [adjective]),
    plural ? noun.many : noun.one,
  ].join(" ");

/** The sentence in English; a place comes first or last. */
export const sourceOf = ({ subject, verb, object, place }: Sentence, placeFirst: boolean): string => {
  const said = `${english(subject)} ${subject.plural ? verb.many : verb.one} ${english(object)}`;
  if (place === undefined) return said;
  return placeFirst ? `${place} ${said}` : `${said} ${place}`;
};

const classOf = ({ noun, plural }: NounPhrase): Class => (plural ? "p" : noun.gender);

const translated = (phrase: NounPhrase, object: boolean): string => {
  const { noun, definite, adjective } = phrase;
  const agreed = classOf(phrase);
  const stem =
    adjective === "light" && noun.shines === true
      ? shining
      : adjective === undefined
        ? undefined
        : adjectives[adjective];
  return [
    articleForm(definite, agreed, object),
    nounForm(noun.stem, agreed),
    ...(stem === undefined ? [] : [adjectiveForm(stem, agreed)]),
  ].join(" ");
};

/**
 * All right translations, the usual one first: subject, object, verb; adjectives behind their nouns; the place first or
 * before the verb; either of two verbs that mean the same.
 */
export const translationsOf = ({ subject, verb, object, place }: Sentence): readonly string[] => {
  const [first, second] = [translated(subject, false), translated(object, true)];
  const where = place === undefined ? undefined : places[place]!;
  return verb.stems.flatMap((stem) => {
    const last = verbForm(stem, classOf(subject));
    return where === undefined
      ? [`${first} ${second} ${last}`]
      : [`${where} ${first} ${second} ${last}`, `${first} ${second} ${where} ${last}`];
  });
};

const formsOf = (stems: readonly string[], form: (stem: string, agreed: Class) => string): ReadonlyMap<string, Class> =>
  new Map(stems.flatMap((stem) => classes.map((agreed) => [form(stem, agreed), agreed] as const)));

const articles = new Map(
  [false, true].flatMap((object) =>
    [false, true].flatMap((definite) =>
      classes.map((agreed) => [articleForm(definite, agreed, object), { object, agreed }] as const),
    ),
  ),
);
const nounForms = new Map(
  nouns.flatMap(({ stem, gender }) =>
    ([gender, "p"] as const).map((agreed) => [nounForm(stem, agreed), agreed] as const),
  ),
);
const adjectiveForms = formsOf([...Object.values(adjectives), shining], adjectiveForm);
const verbForms = formsOf(
  verbs.flatMap(({ stems }) => stems),
  verbForm,
);
const placeWords = new Set(Object.values(places));

/** Takes a noun phrase from the front; nothing when there is none whose words agree. */
const takePhrase = (words: string[], object: boolean): Class | undefined => {
  const article = articles.get(words.shift() ?? "");
  const noun = nounForms.get(words.shift() ?? "");
  if (article === undefined || article.object !== object || article.agreed !== noun) return undefined;
  const adjective = adjectiveForms.get(words[0] ?? "");
  if (adjective === undefined) return noun;
  words.shift();
  return adjective === noun ? noun : undefined;
};

/** True of a sentence of the other language whose words agree, whatever it says. */
export const isGrammatical = (text: string): boolean => {
  const words = text.split(" ");
  const placed = placeWords.has(words[0] ?? "");
  if (placed) words.shift();
  const subject = takePhrase(words, false);
  if (subject === undefined || takePhrase(words, true) === undefined) return false;
  if (!placed && placeWords.has(words[0] ?? "")) words.shift();
  return words.length === 1 && verbForms.get(words[0]!) === subject;
};

/** Every word of both languages, as the word tokenizer has them: at the beginning of a text, and behind a space. */
export const translationWords = (): string[] => {
  const source = [
    "the",
    "a",
    "an",
    ...nouns.flatMap(({ one, many }) => [one, many]),
    ...Object.keys(adjectives),
    ...verbs.flatMap(({ one, many }) => [one, many]),
    ...Object.keys(places).flatMap((place) => place.split(" ")),
  ];
  const target = [
    ...articles.keys(),
    ...nounForms.keys(),
    ...adjectiveForms.keys(),
    ...verbForms.keys(),
    ...placeWords,
  ];
  const first = [
    "the",
    "a",
    "an",
    "in",
    "near",
    "on",
    "at",
    ...Object.keys(adjectives),
    ...nouns.map(({ many }) => many),
  ];
  const firstTarget = [...[...articles].filter(([, { object }]) => !object).map(([form]) => form), ...placeWords];
  return [...new Set([...first, ...firstTarget, ...[...source, ...target].map((word) => ` ${word}`), "\n"])];
};
