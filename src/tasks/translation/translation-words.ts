/**
 * The words of the translation task: those of an English of few words, and their forms in a language that is made up.
 */

/** What words agree in: gender in the singular, and one form for all in the plural. */
export const classes = ["m", "f", "n", "p"] as const;
/** One of `classes`. */
export type Class = (typeof classes)[number];

/**
 * A noun: singular, plural, gender, and its stem in the other language. `shines`: what is light shines and weighs
 * nothing.
 */
interface Noun {
  readonly one: string;
  readonly many: string;
  readonly gender: Exclude<Class, "p">;
  readonly stem: string;
  readonly shines?: true;
}

/** The nouns. */
export const nouns: readonly Noun[] = [
  { one: "man", many: "men", gender: "m", stem: "tarn" },
  { one: "woman", many: "women", gender: "f", stem: "selv" },
  { one: "child", many: "children", gender: "n", stem: "pim" },
  { one: "dog", many: "dogs", gender: "m", stem: "burk" },
  { one: "cat", many: "cats", gender: "f", stem: "mish" },
  { one: "bird", many: "birds", gender: "n", stem: "til" },
  { one: "stone", many: "stones", gender: "m", stem: "gar" },
  { one: "boat", many: "boats", gender: "f", stem: "nor" },
  { one: "box", many: "boxes", gender: "n", stem: "kir" },
  { one: "fire", many: "fires", gender: "m", stem: "og", shines: true },
  { one: "lamp", many: "lamps", gender: "f", stem: "glin", shines: true },
  { one: "star", many: "stars", gender: "n", stem: "zet", shines: true },
];

/** Adjectives by their stems; `light` has two, of which the noun decides. */
export const adjectives: Readonly<Record<string, string>> = {
  old: "ant",
  small: "min",
  red: "rud",
  new: "nov",
  quiet: "lent",
  light: "lev",
};
/** The stem of what is light and shines. */
export const shining = "klar";

/** A verb: singular, plural, and its stems: each is right. */
interface Verb {
  readonly one: string;
  readonly many: string;
  readonly stems: readonly string[];
}

/** The verbs. */
export const verbs: readonly Verb[] = [
  { one: "sees", many: "see", stems: ["vid"] },
  { one: "carries", many: "carry", stems: ["port", "trag"] },
  { one: "finds", many: "find", stems: ["trov"] },
  { one: "likes", many: "like", stems: ["am", "ben"] },
  { one: "leaves", many: "leave", stems: ["las"] },
  { one: "wants", many: "want", stems: ["vol", "mor"] },
];

/** Where and when, with the one word that says so. */
export const places: Readonly<Record<string, string>> = {
  "in the house": "domin",
  "near the river": "rivan",
  "on the hill": "altun",
  "at night": "noktan",
  "in winter": "himan",
};

const endings: Readonly<Record<Class, string>> = { m: "o", f: "a", n: "u", p: "i" };

/** `selva`, `selvi`. */
export const nounForm = (stem: string, agreed: Class): string => `${stem}${endings[agreed]}`;
/** `anto`, `anta`, `antu`, `anti`: as its noun. */
export const adjectiveForm = (stem: string, agreed: Class): string => `${stem}en${endings[agreed]}`;
/** `vidot`, `vidat`, `vidut`, `vidit`: as its subject. */
export const verbForm = (stem: string, subject: Class): string => `${stem}${endings[subject]}t`;
/**
 * `ko`, `ka`, `ku`, `ki`; of an object `kom`, `kam`, `kum`, `kim`; indefinite with an l, in the plural too, where
 * English says nothing.
 */
export const articleForm = (definite: boolean, agreed: Class, object: boolean): string =>
  `${definite ? "k" : "l"}${endings[agreed]}${object ? "m" : ""}`;
