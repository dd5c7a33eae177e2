/** The metrics of a run step by step, read on as its files grow. */
import { join } from "node:path";
import { isObject, parseObject, type JsonObject } from "../../files/json.ts";
import type { Alarm } from "../answers.ts";
import { numberOf } from "../../runs/reading/run-record.ts";
import { ExtremeSeries } from "./extreme-series.ts";
import { FollowedLines } from "./followed-lines.ts";
import { Recent } from "./recent.ts";

/** Most parts of a series, metrics of a kind, characters of a name, bytes of a line, steps whose times are kept. */
const [mostParts, mostMetrics, longestName, longestLine, mostSteps] = [2048, 400, 500, 2 ** 20, 2_000_000];

/** Alarms that are kept: so many of the first, and so many of the newest. */
const keptAlarms = 50;

/** Steps and evaluations have their own metrics. */
export type SeriesKind = "step" | "evaluation";

const isStep = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= mostSteps;

/** Sums over the steps of a run: of the training's milliseconds, and of its completion tokens. */
class StepSums {
  #sums: number[] = [0];

  /** Steps come in their order; one that is missing took nothing. */
  add(step: number, value: number): void {
    const last = this.#sums.at(-1)!;
    while (this.#sums.length < step) this.#sums.push(last);
    this.#sums[step] = (this.#sums[step - 1] ?? last) + value;
  }

  /** Until after a step. */
  until(step: number): number {
    return this.#sums[Math.min(step, this.#sums.length - 1)] ?? 0;
  }

  clear(): void {
    this.#sums = [0];
  }
}

/** The metrics of one run. */
export class RunSeries {
  readonly #series: Readonly<Record<SeriesKind, Map<string, ExtremeSeries>>> = {
    evaluation: new Map(),
    step: new Map(),
  };
  readonly #time = new StepSums();
  readonly #tokens = new StepSums();
  readonly #metrics: FollowedLines;
  readonly #timings: FollowedLines;
  #unreadable = { "metrics.jsonl": 0, "timings.jsonl": 0 };
  #alarms: Alarm[] = [];

  /** Of the run in a folder. */
  constructor(folder: string) {
    this.#metrics = new FollowedLines(join(folder, "metrics.jsonl"), longestLine, {
      take: (text) => this.#takeMetrics(text),
      tooLong: () => void (this.#unreadable["metrics.jsonl"] += 1),
      restart: () => {
        this.#series.evaluation.clear();
        this.#series.step.clear();
        this.#alarms = [];
        this.#unreadable["metrics.jsonl"] = 0;
      },
    });
    this.#timings = new FollowedLines(join(folder, "timings.jsonl"), longestLine, {
      take: (text) => this.#takeTiming(text),
      tooLong: () => void (this.#unreadable["timings.jsonl"] += 1),
      restart: () => {
        this.#time.clear();
        this.#tokens.clear();
        this.#unreadable["timings.jsonl"] = 0;
      },
    });
  }

  /** Reads what is new. Errors of the system, but none where there is no file. */
  refresh(): void {
    this.#timings.refresh();
    this.#metrics.refresh();
  }

  /** Parts of all series: what it holds in memory. */
  get size(): number {
    let size = 0;
    for (const all of Object.values(this.#series)) for (const series of all.values()) size += series.length;
    return size;
  }

  /** Lines that could not be read, by file. */
  get unreadable(): Readonly<Record<string, number>> {
    return Object.fromEntries(Object.entries(this.#unreadable).filter(([, count]) => count > 0));
  }

  /** What the checks said: the first of many, and the newest. */
  get alarms(): readonly Alarm[] {
    return this.#alarms;
  }

  /** The metrics there are, those of evaluations first, in the order in which they came. */
  names(): readonly { readonly name: string; readonly kind: SeriesKind }[] {
    return (["evaluation", "step"] as const).flatMap((kind) =>
      [...this.#series[kind].keys()].map((name) => ({ name, kind })),
    );
  }

  /** The series of a metric. */
  series(kind: SeriesKind, metric: string): ExtremeSeries | undefined {
    return this.#series[kind].get(metric);
  }

  /** Milliseconds of training until after a step. */
  time(step: number): number {
    return this.#time.until(step);
  }

  /** Completion tokens until after a step. */
  tokens(step: number): number {
    return this.#tokens.until(step);
  }

  #takeMetrics(text: string): void {
    const line = parseObject(text);
    const { kind, step } = line ?? {};
    if (line === undefined || !isStep(step)) this.#unreadable["metrics.jsonl"] += 1;
    else if (kind === "warning") this.#takeWarning(line, step);
    else if (kind === "step" || kind === "evaluation") {
      const { metrics, accuracy } = line;
      // As `metricsIn` has them, without an object for each of millions of lines.
      const named = isObject(metrics) ? metrics : {};
      for (const name in named) this.#add(kind, name, step, numberOf(named[name]));
      if (named["accuracy"] === undefined) this.#add(kind, "accuracy", step, numberOf(accuracy));
    }
  }

  #takeWarning({ check, message }: JsonObject, step: number): void {
    if (typeof check !== "string" || typeof message !== "string") return;
    this.#alarms.push({ step, check, message });
    if (this.#alarms.length > 2 * keptAlarms) this.#alarms.splice(keptAlarms, 1);
  }

  #takeTiming(text: string): void {
    const { step, milliseconds, tokens } = parseObject(text) ?? {};
    if (!isStep(step)) this.#unreadable["timings.jsonl"] += 1;
    else {
      this.#time.add(step, typeof milliseconds === "number" && milliseconds >= 0 ? milliseconds : 0);
      this.#tokens.add(step, typeof tokens === "number" && tokens >= 0 ? tokens : 0);
    }
  }

  #add(kind: SeriesKind, metric: string, step: number, value: number | undefined): void {
    if (value === undefined) return;
    const all = this.#series[kind];
    const known = all.get(metric);
    if (known !== undefined) known.add(step, value);
    else if (all.size < mostMetrics && metric.length <= longestName) {
      const made = new ExtremeSeries(mostParts);
      made.add(step, value);
      all.set(metric, made);
    }
  }
}

/** Most parts of the series of all runs that are kept: 72 bytes each. */
const keptParts = 2_000_000;

/** The series of runs by their folders, as they are when they are asked for. */
export class SeriesCache {
  readonly #recent = new Recent<RunSeries>(
    { most: keptParts, sizeOf: ({ size }) => size },
    (folder) => new RunSeries(folder),
  );

  /** Of the run in a folder, as it is now. Errors of the system. */
  of(folder: string): RunSeries {
    return this.#recent.of(folder, (series) => series.refresh());
  }
}
