/** The tables of the page of `npm run bench -- trl`. */
import { figure, markdownTable } from "./markdown.ts";
import { median } from "./median.ts";
import { trialsPerHour, type Peaks, type Times } from "./trl-beside.ts";
import {
  copySpeed,
  leastTime,
  needsOf,
  phases,
  phaseTime,
  productSpeed,
  roofOf,
  shareOf,
  type Phase,
} from "./trl-roofline.ts";
import type { Part, Round, Rounds, TrlContender, TrlWork } from "./trl-works.ts";

/** Rounds of several works, by their names. */
export type WorkRounds = Readonly<Record<string, Rounds>>;

const span = (values: readonly number[], text: (value: number) => string): string =>
  `${text(median(values))} [${text(Math.min(...values))} to ${text(Math.max(...values))}]`;

/** The better of TRL's medians, or HuggingFace's. */
const rivalOf = (contenders: readonly TrlContender[], times: Times): number =>
  Math.min(
    ...contenders
      .filter(({ by, label }) => by === "TRL" && times[label] !== undefined)
      .map(({ label }) => median(times[label]!)),
  );

const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)}x`;

/** A row for each name, a column for each contender; a dash where nothing was measured. */
const contenderTable = <Value>(
  head: string,
  names: readonly string[],
  contenders: readonly TrlContender[],
  find: (name: string, label: string) => Value | undefined,
  cell: (value: Value, name: string) => string,
): string =>
  markdownTable(
    [head, ...contenders.map(({ label }) => label)],
    names.map((name) => [
      name,
      ...contenders.map(({ label }) => {
        const value = find(name, label);
        return value === undefined ? "-" : cell(value, name);
      }),
    ]),
  );

const stepTimes = (rounds: Rounds): Times =>
  Object.fromEntries(
    Object.entries(rounds).map(([label, each]) => [label, each.map(({ parts }) => parts.milliseconds!)]),
  );

/** ms of a step, the spread, and how many times as fast as the better of TRL's. */
export const stepTable = (works: WorkRounds, contenders: readonly TrlContender[]): string =>
  contenderTable(
    "work",
    Object.keys(works),
    contenders,
    (name, label) => stepTimes(works[name]!)[label],
    (own, name) => `${span(own, figure)} ${times(rivalOf(contenders, stepTimes(works[name]!)) / median(own))}`,
  );

const partsShown: readonly Part[] = ["draw", "teacher", "update", "optimizer", "publish", "rest", "between"];

/** Where a step's time goes, in ms. */
export const partTable = (works: WorkRounds, contenders: readonly TrlContender[]): string =>
  markdownTable(
    ["work", "who", ...partsShown],
    Object.entries(works).flatMap(([name, rounds]) =>
      contenders
        .filter(({ label }) => rounds[label] !== undefined)
        .map(({ label }) => [
          name,
          label,
          ...partsShown.map((part) => {
            const known = rounds[label]!.map(({ parts }) => parts[part]).filter((value) => value !== undefined);
            return known.length === 0 ? "-" : figure(median(known));
          }),
        ]),
    ),
  );

/** A number of each contender's rounds, at its median. */
export const roundTable = (
  works: WorkRounds,
  contenders: readonly TrlContender[],
  value: (round: Round) => number,
  text: (value: number) => string,
): string =>
  contenderTable(
    "work",
    Object.keys(works),
    contenders,
    (name, label) => works[name]![label],
    (rounds) => text(median(rounds.map(value))),
  );

/** Tokens in a second of completions alone, and how many times as many as the better of HuggingFace's. */
export const drawTable = (
  draws: Readonly<Record<string, Times>>,
  works: readonly TrlWork[],
  contenders: readonly TrlContender[],
): string => {
  const named = contenders.map((contender) => ({ ...contender, label: contender.label.replace("TRL", "HuggingFace") }));
  const tokens = (name: string, time: number): number => {
    const { batch, completion } = works.find((work) => work.name === name)!;
    return (1000 * batch * completion) / time;
  };
  const find = (name: string, label: string): readonly number[] | undefined =>
    draws[name]![label.replace("HuggingFace", "TRL")];
  return contenderTable("work", Object.keys(draws), named, find, (own, name) => {
    const speeds = own.map((time) => tokens(name, time));
    const ratio = times(rivalOf(contenders, draws[name]!) / median(own));
    return `${span(speeds, (value) => Math.round(value).toLocaleString("en-US"))} ${ratio}`;
  });
};

/** Seconds of whole processes that take one step. */
export const startTable = (starts: Rounds, contenders: readonly TrlContender[]): string =>
  contenderTable(
    "what",
    ["one step"],
    contenders,
    (_, label) => starts[label],
    (rounds) =>
      span(
        rounds.map(({ wall }) => wall / 1000),
        (seconds) => seconds.toPrecision(3),
      ),
  );

/** Trials in an hour, by how many run at once. */
export const sweepTable = (sweeps: Times): string =>
  markdownTable(
    ["--jobs", "trials an hour", "seconds of the sweep"],
    Object.entries(sweeps).map(([jobs, each]) => [
      jobs,
      Math.round(trialsPerHour(each)).toLocaleString("en-US"),
      span(
        each.map((time) => time / 1000),
        (seconds) => seconds.toPrecision(3),
      ),
    ]),
  );

/** What the machine was seen to do. */
export const peakTable = ({ float32, bfloat16, copy }: Peaks): string => {
  const giga = (value: number): string => figure(value / 1e9);
  const rows = (what: string, each: Readonly<Record<string, number>>, speed: (time: number) => number): string[][] =>
    Object.entries(each).map(([label, time]) => [
      what,
      label.replace("TRL", "PyTorch").replace(/^Retort, ONNX$/u, what === "copy, GB/s" ? "Node.js" : "Retort, ONNX"),
      giga(speed(time)),
    ]);
  return markdownTable(
    ["what", "by", "most"],
    [
      ...rows("product of float32, GFLOP/s", float32, productSpeed),
      ...rows("product of bfloat16, GFLOP/s", bfloat16, productSpeed),
      ...rows("copy, GB/s", copy, copySpeed),
    ],
  );
};

const needCells = (work: TrlWork, prompt: number, phase: Phase, peaks: Peaks): readonly string[] => {
  const need = needsOf(work, prompt)[phase];
  return [figure(need.operations / 1e9), figure(need.bytes / 1e6), figure(leastTime(need, roofOf(peaks, false)))];
};

/** What each phase needs, the least that it can take in float32, and which share of its peak each contender reached. */
export const rooflineTable = (
  works: WorkRounds,
  known: readonly TrlWork[],
  contenders: readonly TrlContender[],
  peaks: Peaks,
): string =>
  markdownTable(
    ["work", "phase", "GFLOP", "MB", "least ms", ...contenders.map(({ label }) => label)],
    Object.entries(works).flatMap(([name, rounds]) => {
      const work = known.find((each) => each.name === name)!;
      const widths = Object.values(rounds).flatMap((each) => each.flatMap(({ prompt }) => prompt ?? []));
      const prompt = widths.length === 0 ? work.prompt : median(widths);
      const needs = needsOf(work, prompt);
      return phases.map((phase) => [
        name,
        phase,
        ...needCells(work, prompt, phase, peaks),
        ...contenders.map((contender) => {
          const reached = (rounds[contender.label] ?? []).flatMap((round) => phaseTime(round, phase) ?? []);
          if (reached.length === 0) return "-";
          return `${Math.round(100 * shareOf(needs[phase], contender, peaks, median(reached)))}%`;
        }),
      ]);
    }),
  );
