/** Reports of events with one-sentence summaries: many are right, and whether one is true can be checked exactly. */
import { Type } from "@sinclair/typebox";
import { define, type ParametersOf } from "../../plugins/definition.ts";
import { integer, stream } from "../../random/stream.ts";
import { promptIds } from "../../tokenizers/prompt-ids.ts";
import { tokenizerFromJSON } from "../../tokenizers/read.ts";
import { wordTokenizer } from "../../tokenizers/words.ts";
import { distinct, longestOf } from "../distinct.ts";
import { drawEvents, holds, mistake, type Facts, type ReportedEvent } from "./report-events.ts";
import { capitalized, factsIn, reportOf, reportWords, summaryOf } from "./report-sentences.ts";
import { drawnSize, splitSizes, splitsOf } from "../split-sizes.ts";
import type { Prompt, Task, TaskContext, Verdict } from "../task.ts";

/** A report, a summary of it, and what it tells. */
interface Report {
  readonly text: string;
  readonly reference: string;
  readonly events: readonly ReportedEvent[];
  /** Which of the events it is about. */
  readonly main: number;
}

const parameters = {
  events: Type.Tuple([Type.Integer({ minimum: 1, maximum: 8 }), Type.Integer({ minimum: 1, maximum: 8 })], {
    default: [2, 3],
    description: "Fewest and most events of a report.",
  }),
  mistaken: Type.Number({
    default: 0,
    minimum: 0,
    maximum: 1,
    description: "Share of the references' sentences that say one thing wrong, as those written by people do.",
  }),
  sentences: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 8,
      description:
        "Sentences of a summary: one of what the report is about, then one of each other event in turn. 1 when left " +
        "out.",
    }),
  ),
  capitals: Type.Optional(
    Type.Boolean({
      description:
        "Whether sentences and names begin with capitals, as in the text that pretrained models know. Not when left " +
        "out.",
    }),
  ),
  ...splitSizes,
};

type Drawing = Pick<ParametersOf<typeof parameters>, "events" | "mistaken" | "sentences" | "capitals">;

/** The events that a summary tells: what the report is about, then the others in their order. */
const toldEvents = ({ events, main }: Pick<Report, "events" | "main">, sentences: number): readonly ReportedEvent[] =>
  [events[main]!, ...events.filter((_, i) => i !== main)].slice(0, sentences);

const drawReport = (seed: number, index: number, drawing: Drawing): Report => {
  const {
    events: [fewest, most],
    mistaken,
    sentences = 1,
    capitals = false,
  } = drawing;
  const written = capitals ? capitalized : (text: string): string => text;
  const uniforms = stream(seed, "task", "reports", index);
  const events = drawEvents(uniforms, integer(uniforms, fewest, most));
  const main = integer(uniforms, 0, events.length - 1);
  const text = `${written(reportOf(uniforms, events, main))}\n`;
  const chances = stream(seed, "task", "reports", "mistakes", index);
  const told = toldEvents({ events, main }, sentences).map((event) =>
    chances() < mistaken ? mistake(chances, event) : event,
  );
  const reference = written(told.map((event) => summaryOf(uniforms, event)).join(". "));
  return { text, reference, events, main };
};

/** What each sentence of a summary says; nothing when it is not written as the task writes. */
const factsOf = (summary: string, sentences: number, capitals: boolean): readonly Facts[] | undefined => {
  const plain = capitals ? summary.toLowerCase() : summary;
  if (capitals && capitalized(plain) !== summary) return undefined;
  const facts = plain.split(". ").flatMap((sentence) => factsIn(sentence) ?? []);
  return facts.length === sentences && plain.split(". ").length === sentences ? facts : undefined;
};

/**
 * Reports of two or three events, such as `the mayor opened the bridge in riga on monday. many people came to see it.
 * on friday ...`; the one that people came to see is what the report is about. The reference is one of some twenty
 * sentences that say so: active or passive, place and day before, after, or one of them left out, either of two words
 * for the action.
 *
 * With `sentences` a summary goes on with as many more, one for each of the other events in turn.
 *
 * A completion is well-formed when it is as many sentences of this language, entailed when all that each says holds
 * for one of the report's events, and correct when those are the ones that it should tell, in their order. A fluent
 * sentence with one wrong word is not entailed. References may be `mistaken` about one thing in each sentence, be it
 * one that they leave out; what is right is always decided by the report. They are written in words, or in the
 * tokens of the checkpoint that the student comes from. The test split depends on the seed and its own size only,
 * and a smaller training split is the beginning of a larger one. `RangeError` for more prompts than there are
 * reports.
 */
export const reports = define({
  type: "reports",
  summary: "Reports of events, to be summed up in a sentence or several; many sentences are right.",
  parameters,
  create({ train: trained, test: tested, furtherTest, ...drawing }, { seed, tokenizer: document }: TaskContext): Task {
    const { events, sentences = 1, capitals = false } = drawing;
    const [fewest, most] = events;
    if (fewest > most) throw new RangeError(`reports: expected "events" as [low, high], got [${fewest}, ${most}]`);
    if (sentences > fewest)
      throw new RangeError(
        `reports: expected at most as many sentences as the fewest events, ${fewest}, got ${sentences}; ` +
          "each tells another event",
      );
    const sizes = { train: trained, test: tested, furtherTest };
    const drawn = distinct("reports", drawnSize(sizes), (index) => drawReport(seed, index, drawing));
    const all = [...drawn.values()];
    const { train, test } = splitsOf(all, sizes);
    const prompts = (some: readonly Report[]): Prompt[] =>
      some.map(({ text, reference }, index) => ({ index, text, reference }));
    const words = reportWords(capitals);
    const tokenizer =
      document === undefined ? wordTokenizer(words, { unknown: "refuse" }) : tokenizerFromJSON(document);
    const check = ({ text }: Prompt, completion: string): Verdict => {
      const facts = factsOf(completion, sentences, capitals);
      const report = drawn.get(text);
      if (facts === undefined || report === undefined)
        return { correct: false, wellFormed: facts !== undefined, entailed: false };
      const told = toldEvents(report, sentences);
      return {
        correct: facts.every((each, i) => holds(each, told[i]!)),
        wellFormed: true,
        entailed: facts.every((each) => report.events.some((event) => holds(each, event))),
      };
    };
    return {
      name: "reports",
      tokenizer,
      train: prompts(train),
      test: prompts(test),
      longest: {
        prompt: longestOf(all.map(({ text }) => promptIds(tokenizer, text).length)),
        completion: longestOf(all.map(({ reference }) => tokenizer.encode(reference).length)) + 1,
      },
      entails: true,
      check,
    };
  },
});
