/** The Porter stemmer with NLTK's extensions, which ROUGE uses: English words of one meaning to one stem. */

const vowels: ReadonlySet<string> = new Set("aeiou");

/** Forms that the rules would get wrong. */
const irregular: ReadonlyMap<string, string> = new Map([
  ["sky", "sky"],
  ["skies", "sky"],
  ["dying", "die"],
  ["lying", "lie"],
  ["tying", "tie"],
  ["news", "news"],
  ["innings", "inning"],
  ["inning", "inning"],
  ["outings", "outing"],
  ["outing", "outing"],
  ["cannings", "canning"],
  ["canning", "canning"],
  ["howe", "howe"],
  ["proceed", "proceed"],
  ["exceed", "exceed"],
  ["succeed", "succeed"],
]);

/** The word with `c` for each consonant and `v` for each vowel; a y after a consonant is a vowel. */
const shapeOf = (word: string): string => {
  let wasConsonant = false;
  let shape = "";
  for (const letter of word) {
    wasConsonant = letter === "y" ? !wasConsonant : !vowels.has(letter);
    shape += wasConsonant ? "c" : "v";
  }
  return shape;
};

/** m of the paper: how often a consonant follows a vowel. */
const measure = (stem: string): number => shapeOf(stem).split("vc").length - 1;

const hasVowel = (stem: string): boolean => shapeOf(stem).includes("v");

const endsInDoubleConsonant = (word: string): boolean =>
  word.length >= 2 && word.at(-1) === word.at(-2) && shapeOf(word).endsWith("c");

/** *o of the paper, and NLTK's: a word of a vowel and a consonant. */
const endsInShortSyllable = (word: string): boolean => {
  const shape = shapeOf(word);
  return shape === "vc" || (shape.endsWith("cvc") && !/[wxy]$/.test(word));
};

interface Rule {
  readonly suffix: string;
  readonly replacement: string;
  /** Of what comes before the suffix. */
  readonly holds: (stem: string) => boolean;
}

const rules = (holds: Rule["holds"], pairs: Readonly<Record<string, string>>): Rule[] =>
  Object.entries(pairs).map(([suffix, replacement]) => ({ suffix, replacement, holds }));

const always = (): boolean => true;
const positive = (stem: string): boolean => measure(stem) > 0;
const overOne = (stem: string): boolean => measure(stem) > 1;

/** Only the first rule whose suffix fits is tried. */
const replaced = (word: string, list: readonly Rule[]): string => {
  const rule = list.find(({ suffix }) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const stem = word.slice(0, word.length - rule.suffix.length);
  return rule.holds(stem) ? stem + rule.replacement : word;
};

const plurals = rules(always, { sses: "ss", ies: "i", ss: "ss", s: "" });

const step1a = (word: string): string =>
  word.length === 4 && word.endsWith("ies") ? word.slice(0, -1) : replaced(word, plurals);

const withoutEnding = (word: string): string | undefined => {
  for (const suffix of ["ed", "ing"]) {
    const stem = word.slice(0, word.length - suffix.length);
    if (word.endsWith(suffix) && hasVowel(stem)) return stem;
  }
  return undefined;
};

const step1b = (word: string): string => {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return positive(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const stem = withoutEnding(word);
  if (stem === undefined) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsInDoubleConsonant(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsInShortSyllable(stem) ? `${stem}e` : stem;
};

const yToI = rules((stem) => stem.length > 1 && shapeOf(stem).endsWith("c"), { y: "i" });

const doubleSuffixes = [
  ...rules(positive, {
    ational: "ate",
    tional: "tion",
    enci: "ence",
    anci: "ance",
    izer: "ize",
    bli: "ble",
    alli: "al",
    entli: "ent",
    eli: "e",
    ousli: "ous",
    ization: "ize",
    ation: "ate",
    ator: "ate",
    alism: "al",
    iveness: "ive",
    fulness: "ful",
    ousness: "ous",
    aliti: "al",
    iviti: "ive",
    biliti: "ble",
    fulli: "ful",
  }),
  ...rules((stem) => positive(`${stem}l`), { logi: "log" }),
];

/** -alli comes first, and what it leaves is tried again. */
const step2 = (word: string): string =>
  word.endsWith("alli") && positive(word.slice(0, -4)) ? step2(word.slice(0, -2)) : replaced(word, doubleSuffixes);

const step3 = rules(positive, { icate: "ic", ative: "", alize: "al", iciti: "ic", ical: "ic", ful: "", ness: "" });

const step4 = [
  ...rules(overOne, {
    al: "",
    ance: "",
    ence: "",
    er: "",
    ic: "",
    able: "",
    ible: "",
    ant: "",
    ement: "",
    ment: "",
    ent: "",
  }),
  ...rules((stem) => overOne(stem) && /[st]$/.test(stem), { ion: "" }),
  ...rules(overOne, { ou: "", ism: "", ate: "", iti: "", ous: "", ive: "", ize: "" }),
];

const step5a = (word: string): string => {
  const stem = word.slice(0, -1);
  const silent = measure(stem) > 1 || (measure(stem) === 1 && !endsInShortSyllable(stem));
  return word.endsWith("e") && silent ? stem : word;
};

const step5b = (word: string): string => (word.endsWith("ll") && overOne(word.slice(0, -1)) ? word.slice(0, -1) : word);

/**
 * The stem of a word in lower case, as NLTK's PorterStemmer in its default mode gives it (Porter, An algorithm for
 * suffix stripping, 1980, with Martin Porter's later changes and NLTK's table of irregular forms). Words of one or two
 * letters are left alone.
 */
export const porterStem = (word: string): string => {
  const known = irregular.get(word);
  if (known !== undefined) return known;
  if (word.length <= 2) return word;
  const inflected = replaced(step1b(step1a(word)), yToI);
  return step5b(step5a(replaced(replaced(step2(inflected), step3), step4)));
};
