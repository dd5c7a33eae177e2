/** A classifier that is loaded when it is first used, with what it reads of a rollout. */
import { openEngine } from "../../engine/choose.ts";
import type { Engine } from "../../engine/engine.ts";
import { loadClassifier } from "../../policies/checkpoints/classifier.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import { promptIds } from "../../tokenizers/prompt-ids.ts";
import { tokenizerFromJSON } from "../../tokenizers/read.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import { checkAnswered } from "../answered.ts";
import type { RewardContext } from "../reward.ts";
import { modelKey, type ModelReference } from "./reference.ts";
import { openSequenceScorer, type SequenceScorer } from "./sequence-scorer.ts";

/** The model, the label and the text that a reward needs. */
export interface ClassifierQuestion {
  readonly model: ModelReference;
  /** Its number, or its name in the configuration; the only one that there may be when left out. */
  readonly label?: number | string;
  /** With `{prompt}`, `{completion}` and `{reference}` in it. */
  readonly template?: string;
}

/** Scores of all labels, and the number of the one that was asked for. */
export interface LabelScores {
  readonly scores: Float32Array;
  readonly index: number;
}

interface Opened {
  readonly engine: Engine;
  readonly scorer: SequenceScorer;
  readonly tokenizer: Tokenizer;
  readonly index: number;
}

const placeholders = /\{(prompt|completion|reference)\}/g;

/**
 * The template's text in the classifier's tokens, or prompt, completion and end-of-sequence as reward models are
 * trained on them.
 */
const idsOf = (tokenizer: Tokenizer, { prompt, text, finish }: Rollout, template: string | undefined): number[] => {
  if (template === undefined) {
    return [
      ...promptIds(tokenizer, prompt.text),
      ...tokenizer.encode(text),
      ...(finish === "stop" ? [tokenizer.endId] : []),
    ];
  }
  const values = { prompt: prompt.text, completion: text, reference: prompt.reference };
  const { addedSpecialIds } = tokenizer as { readonly addedSpecialIds?: { readonly after: readonly number[] } };
  const whole = template.replace(placeholders, (_whole, key: keyof typeof values) => values[key]);
  return [...promptIds(tokenizer, whole), ...(addedSpecialIds?.after ?? [])];
};

/** The number of the label that is asked for. */
const labelIn = (name: string, names: readonly string[], label: ClassifierQuestion["label"]): number => {
  if (label === undefined) {
    if (names.length === 1) return 0;
    throw new RangeError(
      `${name}: expected a model with one score, got one with ${names.length} labels; take the reward "classifier"`,
    );
  }
  const index = typeof label === "string" ? names.indexOf(label) : label;
  if (index >= 0 && index < names.length) return index;
  const last = names.length - 1;
  throw new RangeError(
    `${name}: expected a label from 0 to ${last}, or one of ${names.join(", ")}, got ${JSON.stringify(label)}`,
  );
};

const open = async (
  name: string,
  { model, label }: ClassifierQuestion,
  { models, engine: engineName = "auto" }: Pick<RewardContext, "models" | "engine">,
): Promise<Opened> => {
  const known = models?.[modelKey(model)];
  if (known === undefined)
    throw new Error(`${name}: expected to be told where the model of ${modelKey(model)} is, got nothing`);
  const checkpoint = await loadClassifier(known.folder);
  const { labelNames, contextLength } = checkpoint.classifier;
  const index = labelIn(name, labelNames, label);
  const tokenizer = tokenizerFromJSON(known.tokenizer);
  const engine = await openEngine(engineName, { threads: 1 });
  const scorer = await openSequenceScorer(engine, checkpoint, { contextLength, padId: tokenizer.padId });
  return { engine, tokenizer, index, scorer };
};

/**
 * The classifier of `question` for the reward `name`. `prepare` or the first score loads it, once; both reject when it
 * cannot be loaded, with the file that is wrong, and for a label that it does not have. `RangeError` at once for a
 * template with a reference where the task has none.
 */
export const lazyClassifier = (
  name: string,
  question: ClassifierQuestion,
  context: RewardContext,
): {
  readonly prepare: () => Promise<void>;
  readonly score: (rollout: Rollout, signal: AbortSignal) => Promise<LabelScores>;
  readonly close: () => Promise<void>;
} => {
  if (question.template?.includes("{reference}") === true) checkAnswered(name, context.task);
  let opening: Promise<Opened> | undefined;
  const opened = (): Promise<Opened> => (opening ??= open(name, question, context));
  return {
    prepare: async () => {
      await opened();
    },
    score: async (rollout, signal) => {
      const { scorer, tokenizer, index } = await opened();
      signal.throwIfAborted();
      return { scores: await scorer.score(idsOf(tokenizer, rollout, question.template), signal), index };
    },
    close: async () => {
      const { engine } = (await opening?.catch(() => undefined)) ?? {};
      await engine?.dispose();
    },
  };
};
