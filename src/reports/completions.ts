/** Completions of a run, as `rollouts.jsonl` has them: those of its first and its last step. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseObject, type JsonObject } from "../experiments/json.ts";
import { boundedLines } from "../results/bounded-lines.ts";
import { numberOf } from "../results/run-record.ts";

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
}

/** Completions of a step that are shown, most bytes of a line, and characters of a text. */
const [shown, longestLine, longestText] = [8, 2 ** 22, 4000];

const textOf = (value: unknown): string => {
  if (typeof value !== "string") return "";
  return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
};

const completionOf = (line: JsonObject, step: number): ShownCompletion => ({
  step,
  prompt: textOf(line["prompt"]),
  completion: textOf(line["completion"]),
  reference: textOf(line["reference"]),
  source: textOf(line["source"]),
  cut: line["finish"] === "length",
  tokens: numberOf(line["tokens"]) ?? 0,
  reward: numberOf(line["reward"]),
  advantage: numberOf(line["advantage"]),
});

/** The first completions of the first step that is there and of the last; one list where they are the same step, none without the file. */
export const readCompletions = async (folder: string): Promise<readonly (readonly ShownCompletion[])[]> => {
  const path = join(folder, "rollouts.jsonl");
  if (!existsSync(path)) return [];
  const first: ShownCompletion[] = [];
  let last: ShownCompletion[] = [];
  for await (const text of boundedLines(path, longestLine)) {
    const line = parseObject(text);
    const step = line?.["step"];
    if (line === undefined || typeof step !== "number" || !Number.isSafeInteger(step)) continue;
    const current = (last[0] ?? first[0])?.step;
    if (current === undefined || (last.length === 0 && current === step)) {
      if (first.length < shown) first.push(completionOf(line, step));
    } else if (current !== step) last = [completionOf(line, step)];
    else if (last.length < shown) last.push(completionOf(line, step));
  }
  return [first, last].filter(({ length }) => length > 0);
};
