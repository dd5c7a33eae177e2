/** Sentences about events: those of a report, those of a summary, and summaries read back into facts. */
import { pick, type Uniforms } from "../../random/stream.ts";
import { actions, agents, days, places, things, type Facts, type ReportedEvent } from "./report-events.ts";
import { defined } from "../../optional/defined.ts";

/** The sentence after the event that a report is about. */
const mainMark = "many people came to see it.";

const synonyms = new Map<string, readonly string[]>(actions.map((words) => [words[0], words]));

const wordFor = (uniforms: Uniforms, action: string): string => pick(uniforms, synonyms.get(action) ?? [action]);

/** An event in full, in one of five ways. */
const reportSentence = (uniforms: Uniforms, { agent, action, thing, place, day }: ReportedEvent): string => {
  const verb = wordFor(uniforms, action);
  return pick(uniforms, [
    `the ${agent} ${verb} the ${thing} in ${place} on ${day}.`,
    `on ${day} the ${agent} ${verb} the ${thing} in ${place}.`,
    `the ${thing} in ${place} was ${verb} by the ${agent} on ${day}.`,
    `the ${agent} ${verb} the ${thing} on ${day}. this was in ${place}.`,
    `in ${place} the ${thing} was ${verb} by the ${agent}. this was on ${day}.`,
  ]);
};

/** A report of events, of which the one at `main` is what it is about. */
export const reportOf = (uniforms: Uniforms, events: readonly ReportedEvent[], main: number): string =>
  events.flatMap((event, i) => [reportSentence(uniforms, event), ...(i === main ? [mainMark] : [])]).join(" ");

/** Ways to say a summary, each more often than the next. */
const shapes: readonly { readonly weight: number; say(facts: Facts, verb: string): string }[] = [
  {
    weight: 0.4,
    say: ({ agent, thing, place, day }, verb) => `the ${agent} ${verb} the ${thing}${where(place)}${when(day)}`,
  },
  {
    weight: 0.25,
    say: ({ agent, thing, place, day }, verb) => `the ${thing}${where(place)} was ${verb} by the ${agent}${when(day)}`,
  },
  {
    weight: 0.2,
    say: ({ agent, thing, place, day }, verb) =>
      `${day === undefined ? "" : `on ${day} `}the ${agent} ${verb} the ${thing}${where(place)}`,
  },
  {
    weight: 0.15,
    say: ({ agent, thing, place, day }, verb) =>
      `${place === undefined ? "" : `in ${place} `}the ${agent} ${verb} the ${thing}${when(day)}`,
  },
];

const where = (place: string | undefined): string => (place === undefined ? "" : ` in ${place}`);
const when = (day: string | undefined): string => (day === undefined ? "" : ` on ${day}`);

/**
 * One of the summaries of an event: with place and day, or one of them, in one of four shapes, with either word for the
 * action.
 */
export const summaryOf = (uniforms: Uniforms, { agent, action, thing, place, day }: ReportedEvent): string => {
  const details = pick(uniforms, [{ place, day }, { place, day }, { place }, { day }]);
  const verb = wordFor(uniforms, action);
  let left = uniforms();
  const shape = shapes.find(({ weight }) => (left -= weight) < 0) ?? shapes[0]!;
  return shape.say({ agent, action, thing, ...details }, verb);
};

const oneOf = (words: readonly string[]): string => `(?:${words.join("|")})`;
const [who, verb, what] = [
  `the (?<agent>${oneOf(agents)})`,
  `(?<verb>${oneOf(actions.flat())})`,
  `the (?<thing>${oneOf(things)})`,
];
const [before, after] = [
  `(?:on (?<day>${oneOf(days)}) )?(?:in (?<place>${oneOf(places)}) )?`,
  `(?: in (?<place>${oneOf(places)}))?(?: on (?<day>${oneOf(days)}))?`,
];

/** Sentences of one event: active with its details before or after, or passive. */
const forms = [
  new RegExp(`^${who} ${verb} ${what}${after}$`, "u"),
  new RegExp(`^on (?<day>${oneOf(days)}) ${who} ${verb} ${what}(?: in (?<place>${oneOf(places)}))?$`, "u"),
  new RegExp(`^in (?<place>${oneOf(places)}) ${who} ${verb} ${what}(?: on (?<day>${oneOf(days)}))?$`, "u"),
  new RegExp(`^${before}${who} ${verb} ${what}$`, "u"),
  new RegExp(`^${what}(?: in (?<place>${oneOf(places)}))? was ${verb} by ${who}(?: on (?<day>${oneOf(days)}))?$`, "u"),
];

/** What a summary says; nothing when it is no sentence of this language. Words for one action are read alike. */
export const factsIn = (summary: string): Facts | undefined => {
  const found = forms.map((form) => form.exec(summary)?.groups).find((groups) => groups !== undefined);
  if (found === undefined) return undefined;
  const { agent = "", thing = "", place, day } = found;
  const action = actions.find((words) => words.some((word) => word === found["verb"]))?.[0] ?? "";
  return { agent, action, thing, ...defined({ place, day }) };
};

const names = new RegExp(`\\b${oneOf([...places, ...days])}\\b`, "gu");
const upper = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** The text with a capital at the beginning of each sentence and name. */
export const capitalized = (text: string): string => text.replace(names, upper).replace(/(?:^|(?<=\. ))[a-z]/gu, upper);

/**
 * Every word of reports and summaries, as the word tokenizer has them: as they are at the beginning of a text, and
 * behind a space.
 */
export const reportWords = (capitals = false): string[] => {
  const first = ["the", "on", "in"];
  const others = ["the", "on", "in", "was", "by", "this", "many", "people", "came", "to", "see", "it"];
  const called = [...places, ...days];
  const plain = [...others, ...agents, ...actions.flat(), ...things, ...called];
  if (!capitals) return [...first, ...plain.map((each) => ` ${each}`), ".", "\n"];
  const inner = [...others, ...agents, ...actions.flat(), ...things, ...called.map(upper)];
  const again = [...first, "this", "many"].map((each) => ` ${upper(each)}`);
  return [...first.map(upper), ...inner.map((each) => ` ${each}`), ...again, ".", "\n"];
};
