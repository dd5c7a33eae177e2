/** What `npm run bench -- trl` sets beside a step: completions alone, starting, sweeps, and what the machine can do. */
import { join } from "node:path";
import { report, start, startPython, type Contender } from "./contest.ts";
import { median } from "./median.ts";
import { runTree } from "./process-tree.ts";
import { filesOf, retort, writeFiles } from "./trl-files.ts";
import { pythonEnvironment, takeRound, type Place } from "./trl-round.ts";
import type { SpeedAnswer, SpeedArgument, SpeedQuestion } from "./trl-speeds-process.ts";
import type { Rounds, TrlContender, TrlWork } from "./trl-works.ts";

/** ms of each round, by who took it. */
export type Times = Readonly<Record<string, readonly number[]>>;

/** A process that answers questions of speed; PyTorch's and HuggingFace's are those of TRL. */
const openSpeeds = ({ by, engine, bfloat16 }: TrlContender, threads: number, { python }: Place): Contender => {
  if (by === "TRL")
    return startPython(python, new URL("trl-speeds.py", import.meta.url), { threads }, pythonEnvironment(threads));
  const name = bfloat16 ? "tensorflow-bfloat16" : engine!;
  const argument: SpeedArgument = { engine: name, threads };
  return start(new URL("trl-speeds-process.ts", import.meta.url), argument);
};

/** Asks all contenders the same, in turn; the first answer of each is not counted. */
const timesOf = async (
  contenders: readonly TrlContender[],
  question: (contender: TrlContender) => SpeedQuestion | undefined,
  { rounds, threads, place }: { readonly rounds: number; readonly threads: number; readonly place: Place },
): Promise<Times> => {
  const asked = contenders.flatMap((contender) => {
    const what = question(contender);
    return what === undefined ? [] : [{ ...contender, what, times: [] as number[] }];
  });
  const open = asked.map((contender) => ({ ...contender, process: openSpeeds(contender, threads, place) }));
  try {
    for (let round = 0; round <= rounds; round += 1)
      for (const { label, what, times, process } of open) {
        const { milliseconds } = await process.ask<SpeedAnswer>(JSON.stringify(what));
        if (round > 0) times.push(milliseconds);
        report(`${what.kind}  ${label}  ${milliseconds.toFixed(1)} ms${round === 0 ? " (first)" : ""}`);
      }
  } finally {
    for (const { process } of open) process.kill();
  }
  return Object.fromEntries(open.map(({ label, times }) => [label, times]));
};

/** How something is measured. */
export interface Measuring {
  readonly contenders: readonly TrlContender[];
  readonly rounds: number;
  readonly threads: number;
  readonly place: Place;
}

/** ms of a batch of completions of a work's student, of SmolLM2 of all its layers: HuggingFace's and Retort's. */
export const measureDraws = async (work: TrlWork, measuring: Measuring): Promise<Times> => {
  const { batch, prompt, completion } = work;
  writeFiles(work, measuring.place.folder, measuring.place.python);
  const folder = filesOf(work, measuring.place.folder).student;
  return timesOf(
    measuring.contenders,
    ({ bfloat16 }) => ({ kind: "draw", folder, bfloat16, batch, prompt, completion }),
    measuring,
  );
};

/** What was measured of the machine: the fastest time of each, in ms. */
export interface Peaks {
  /** Of a product of float32, by who computed it. */
  readonly float32: Readonly<Record<string, number>>;
  /** Of one of bfloat16. */
  readonly bfloat16: Readonly<Record<string, number>>;
  /** Of a copy, by PyTorch and by Node.js. */
  readonly copy: Readonly<Record<string, number>>;
}

/** Rows and columns of the matrices whose product is a peak. */
export const peakSize = 2048;
/** Bytes that are copied. */
export const copyBytes = 256 * 2 ** 20;

const leastOf = (times: Times): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(times).map(([label, each]) => [label, Math.min(...each)]));

/** The most that this machine was seen to do. Peaks need more rounds than medians do. */
export const measurePeaks = async (measuring: Measuring): Promise<Peaks> => {
  const often = { ...measuring, rounds: 4 * measuring.rounds };
  const productOf = (of: boolean): Promise<Times> =>
    timesOf(
      measuring.contenders,
      ({ bfloat16 }) => (bfloat16 === of ? { kind: "product", size: peakSize, bfloat16 } : undefined),
      often,
    );
  const copiers = measuring.contenders.filter(({ bfloat16, engine }) => !bfloat16 && engine !== "tensorflow");
  const copies = await timesOf(copiers, () => ({ kind: "copy", bytes: copyBytes }), often);
  return { float32: leastOf(await productOf(false)), bfloat16: leastOf(await productOf(true)), copy: leastOf(copies) };
};

/** Whole processes that take one step of a work: loading, compiling, the step, the last evaluation. */
export const measureStarts = async (work: TrlWork, { contenders, rounds, place }: Measuring): Promise<Rounds> => {
  const once: TrlWork = { ...work, steps: 1, warmUp: 0 };
  writeFiles(work, place.folder, place.python);
  const results = Object.fromEntries(contenders.map(({ label }) => [label, []])) as Record<string, Rounds[string][0][]>;
  for (let round = 1; round <= rounds; round += 1)
    for (const contender of contenders) {
      const taken = await takeRound(once, contender, place);
      results[contender.label]!.push(taken);
      report(`one step  ${contender.label}  ${(taken.wall / 1000).toFixed(1)} s`);
    }
  return results;
};

/** Trials of the sweep, and steps of each. */
export const sweepTrials = 8;
/** Steps of each trial. */
export const sweepSteps = 20;

/** ms of a sweep of small trials, by how many run at once. */
export const measureSweeps = async (work: TrlWork, { rounds, threads, place }: Measuring): Promise<Times> => {
  writeFiles(work, place.folder, place.python);
  const seeds = JSON.stringify(Array.from({ length: sweepTrials }, (_, i) => i));
  const asked = [`/sweep={"axes":{"/seed":${seeds}}}`, `/training/steps=${sweepSteps}`, "/engine=onnx"];
  const times: Record<string, number[]> = {};
  for (let round = 1; round <= rounds; round += 1)
    for (const jobs of ["1", "2"]) {
      const folder = join(place.folder, `sweep-${round}-${jobs}`);
      const places = ["--out", join(folder, "runs"), "--cache", join(folder, "cache"), "--quiet"];
      const command = [...retort, "sweep", filesOf(work, place.folder).experiment, ...asked, "--jobs", jobs];
      const { wall } = await runTree([...command, ...places], { cores: threads });
      (times[jobs] ??= []).push(wall);
      report(`a sweep of ${sweepTrials} trials, --jobs ${jobs}  ${(wall / 1000).toFixed(1)} s`);
    }
  return times;
};

/** Trials in an hour, at the median time of a sweep. */
export const trialsPerHour = (times: readonly number[]): number => (sweepTrials * 3_600_000) / median(times);
