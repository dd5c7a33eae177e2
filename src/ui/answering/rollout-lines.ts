/** The lines of `rollouts.jsonl`: where those of each step are, and what they say. */
import { join } from "node:path";
import { isObject, parseObject, type Json, type JsonObject } from "../../files/json.ts";
import { numberOf, numbersIn } from "../../runs/reading/run-record.ts";
import type { Alternative, Rollout, Token } from "../answers.ts";
import { StepLines } from "./step-lines.ts";

/** Most bytes of a line. */
export const longestRollout = 2 ** 23;

/** Most characters and tokens of a text, and alternatives of a token. */
const [longestText, mostTokens, mostAlternatives] = [20_000, 4000, 16];

const stepOf = (text: string): number | undefined => {
  const found = /^\{"step":(\d{1,15}),/u.exec(text)?.[1];
  const step = found === undefined ? parseObject(text)?.["step"] : Number(found);
  return typeof step === "number" && Number.isSafeInteger(step) && step >= 0 ? step : undefined;
};

/** Where a run's rollouts are. */
export const rolloutsIn = (folder: string): string => join(folder, "rollouts.jsonl");

/** The rollouts of the run in a folder; steps that were inspected into their tokens are marked. */
export const rolloutLines = (folder: string): StepLines =>
  new StepLines(rolloutsIn(folder), {
    longest: longestRollout,
    stepOf,
    isMarked: (text) => text.includes(',"pieces":['),
  });

const textOf = (value: Json | undefined): string => {
  if (typeof value !== "string") return "";
  return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
};

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

const finite = (value: Json | undefined): number | null => {
  const number = numberOf(value);
  return number !== undefined && Number.isFinite(number) ? number : null;
};

const alternativesOf = (value: Json | undefined): readonly Alternative[] =>
  listOf(value)
    .slice(0, mostAlternatives)
    .flatMap((pair): Alternative[] => {
      const [text, logProb] = listOf(pair);
      const known = finite(logProb);
      return typeof text === "string" && known !== null ? [[text.slice(0, 200), known]] : [];
    });

/** None where the lists that say the same of each token do not fit. */
const tokensOf = (line: JsonObject): readonly Token[] => {
  const [pieces, divergences] = [listOf(line["pieces"]), listOf(line["divergences"])];
  if (pieces.length !== divergences.length) return [];
  const [student, teacher] = [listOf(line["logProbs"]), listOf(line["teacherLogProbs"])];
  const [studentTop, teacherTop] = [listOf(line["top"]), listOf(line["teacherTop"])];
  const tokens: Token[] = [];
  for (const [i, text] of pieces.slice(0, mostTokens).entries()) {
    const divergence = finite(divergences[i]);
    if (typeof text !== "string" || divergence === null) return [];
    tokens.push({
      text,
      divergence,
      student: finite(student[i]),
      teacher: finite(teacher[i]),
      studentTop: alternativesOf(studentTop[i]),
      teacherTop: alternativesOf(teacherTop[i]),
    });
  }
  return tokens;
};

const failuresOf = (value: Json | undefined): Readonly<Record<string, string>> => {
  const failures: Record<string, string> = {};
  if (!isObject(value)) return failures;
  for (const [scorer, failure] of Object.entries(value))
    failures[scorer.slice(0, 100)] = isObject(failure) ? textOf(failure["error"]) : "";
  return failures;
};

/** A line as the page shows it. */
export const rolloutOf = (run: string, line: JsonObject): Rollout => {
  const tokens = tokensOf(line);
  const sum = tokens.reduce((total, { divergence }) => total + divergence, 0);
  return {
    run,
    step: numberOf(line["step"]) ?? 0,
    prompt: textOf(line["prompt"]),
    completion: textOf(line["completion"]),
    reference: textOf(line["reference"]),
    source: textOf(line["source"]),
    cut: line["finish"] === "length",
    length: numberOf(line["tokens"]) ?? 0,
    reward: finite(line["reward"]),
    parts: numbersIn(line["parts"]),
    advantage: finite(line["advantage"]),
    divergence: tokens.length === 0 ? null : sum / tokens.length,
    tokens,
    failures: failuresOf(line["failures"]),
    dropped: line["dropped"] === true,
  };
};
