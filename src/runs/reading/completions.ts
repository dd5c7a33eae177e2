/**
 * Completions of a run, as `rollouts.jsonl` has them: those of its first step, and of the last whose tokens were
 * inspected.
 */
import { join } from "node:path";
import { parseObject, type Json, type JsonObject } from "../../files/json.ts";
import { presentLines } from "../../files/bounded-lines.ts";
import { defined } from "../../optional/defined.ts";
import { numberOf } from "./run-record.ts";

/** A token of a completion. */
export interface ShownToken {
  readonly text: string;
  /** KL(teacher || student) where it was drawn, in nats. */
  readonly divergence: number;
}

/** A completion, for people. */
export interface ShownCompletion {
  readonly step: number;
  readonly prompt: string;
  readonly completion: string;
  readonly reference: string;
  /** Who wrote it, and how it ended. */
  readonly source: string;
  readonly cut: boolean;
  readonly tokens: number;
  readonly reward: number | undefined;
  readonly advantage: number | undefined;
  /** Empty where they were not inspected. */
  readonly pieces: readonly ShownToken[];
}

/** Completions of a step that are shown, most bytes of a line, and characters of a text. */
const [shown, longestLine, longestText] = [8, 2 ** 24, 4000];

const textOf = (value: unknown): string => {
  if (typeof value !== "string") return "";
  return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
};

/** Tokens up to the longest text that is shown; none when the two lists are not there or do not fit. */
const piecesOf = ({ pieces, divergences }: JsonObject): readonly ShownToken[] => {
  if (!Array.isArray(pieces) || !Array.isArray(divergences) || pieces.length !== divergences.length) return [];
  const nats = (divergences as readonly Json[]).map(numberOf);
  const all: ShownToken[] = [];
  let length = 0;
  for (const [i, text] of (pieces as readonly Json[]).entries()) {
    const divergence = nats[i];
    if (typeof text !== "string" || divergence === undefined) return [];
    length += text.length;
    if (length > longestText || i === longestText) return [...all, { text: "…", divergence: 0 }];
    all.push({ text, divergence });
  }
  return all;
};

/** A completion as a line of `rollouts.jsonl` has it. What is missing or of the wrong kind is empty. */
export const completionOf = (line: JsonObject, step: number): ShownCompletion => ({
  step,
  prompt: textOf(line["prompt"]),
  completion: textOf(line["completion"]),
  reference: textOf(line["reference"]),
  source: textOf(line["source"]),
  cut: line["finish"] === "length",
  tokens: numberOf(line["tokens"]) ?? 0,
  reward: numberOf(line["reward"]),
  advantage: numberOf(line["advantage"]),
  pieces: piecesOf(line),
});

/** JSON has no NaN and no infinities: they are kept as their names. */
const named = (value: number | undefined): number | string | undefined =>
  value === undefined || Number.isFinite(value) ? value : String(value);

/** A completion as a line of which `completionOf` makes the same again, but for nats, which keep three digits. */
export const lineOf = (shown: ShownCompletion): JsonObject => {
  const { step, prompt, completion, reference, source, cut, tokens, reward, advantage, pieces } = shown;
  const inspected = pieces.length === 0 ? undefined : pieces;
  return defined({
    step,
    prompt,
    completion,
    reference,
    source,
    finish: cut ? "length" : "stop",
    tokens,
    reward: named(reward),
    advantage: named(advantage),
    pieces: inspected?.map(({ text }) => text),
    divergences: inspected?.map(({ divergence }) => named(Number(divergence.toPrecision(3)))!),
  });
};

/**
 * The first completions of the first step that is there, and of the last: the last whose tokens were inspected, where
 * there is one after the first. One list where they are the same step, none without the file.
 */
export const readCompletions = async (folder: string): Promise<readonly (readonly ShownCompletion[])[]> => {
  const path = join(folder, "rollouts.jsonl");
  const none: readonly ShownCompletion[] = [];
  let [first, last, inspected] = [none, none, none];
  let current: ShownCompletion[] = [];
  const close = (): void => {
    if (first.length === 0) first = current;
    else if (current.some(({ pieces }) => pieces.length > 0)) inspected = current;
    else last = current;
  };
  for await (const text of presentLines(path, longestLine)) {
    const line = parseObject(text);
    const step = line?.["step"];
    if (line === undefined || typeof step !== "number" || !Number.isSafeInteger(step)) continue;
    if (current.length > 0 && current[0]!.step !== step) {
      close();
      current = [];
    }
    if (current.length < shown) current.push(completionOf(line, step));
  }
  close();
  return [first, inspected.length > 0 ? inspected : last].filter(({ length }) => length > 0);
};
