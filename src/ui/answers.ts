/**
 * What the live page asks the server, and what it gets: plain JSON. Both sides have these types and nothing else in
 * common. Times are milliseconds, times of day milliseconds since 1970.
 */

/** A value of an experiment file. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** The states of a run; `waiting` is a trial that has not begun. */
export type RunState = "waiting" | "running" | "paused" | "interrupted" | "failed" | "done";

/** A run in a table. */
export interface RunRow {
  /** Its folder from the root of all runs, which names it in every request. */
  readonly key: string;
  /** The folder of its experiment file's runs, from the root of all runs. */
  readonly file: string;
  readonly label: string;
  /** What a sweep set, by pointer. */
  readonly axes: Readonly<Record<string, Value>>;
  readonly status: RunState;
  readonly error: string | undefined;
  /** Steps that are done, and steps of the whole run; nothing where its values do not say. */
  readonly step: number;
  readonly steps: number | undefined;
  readonly started: number;
  /** Of training. */
  readonly milliseconds: number | undefined;
  /** Until its last step, at the pace of its newest steps; of runs that train. */
  readonly left: number | undefined;
  /** The accuracy, or the held-out reward; of the last evaluation. */
  readonly headline: { readonly metric: string; readonly value: number } | undefined;
  /** Of everything but seeds: runs that have the same are repeats of each other. */
  readonly setting: string | undefined;
  /** Cells of the columns that were asked for; null where the run has none. Numbers that JSON lacks are texts. */
  readonly cells: readonly (Value | null)[];
}

/** A column that can be asked for. */
export interface Column {
  readonly name: string;
  readonly kind: "parameter" | "metric";
}

/** A folder that should be a run's and cannot be read. */
export interface Damaged {
  readonly folder: string;
  readonly reason: string;
}

/** `GET /api/runs?columns=["name"]`: all runs, newest first. */
export interface RunList {
  /** The folder that is shown. */
  readonly root: string;
  readonly rows: readonly RunRow[];
  /** Names of the cells. */
  readonly names: readonly string[];
  /** What tells the runs apart first, then metrics. */
  readonly columns: readonly Column[];
  readonly damaged: readonly Damaged[];
}

/** What a self-check said. */
export interface Alarm {
  readonly step: number;
  readonly check: string;
  /** What was seen, since when, and what to do. */
  readonly message: string;
}

/** `GET /api/run?run=KEY`: one run. */
export interface RunDetails {
  readonly row: RunRow;
  readonly question: string;
  /** sha256 of everything that decides the result. */
  readonly id: string;
  /** What is known of it, in the words of the reports. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** All settings as texts, by pointer, those that a sweep set marked. */
  readonly settings: readonly (readonly [pointer: string, value: string, swept: boolean])[];
  readonly metrics: readonly MetricName[];
  readonly alarms: readonly Alarm[];
  /** Newest lines of `log.jsonl`, the newest last. */
  readonly log: readonly string[];
  /** Lines of its files that could not be read, by file. */
  readonly unreadable: Readonly<Record<string, number>>;
  /** The process that works on it, where it can be told to stop; nothing for one of another machine. */
  readonly process: number | undefined;
  /** The process of the sweep that started it: stopping the run stops the sweep. */
  readonly sweep: number | undefined;
}

/** A metric, and whether steps or evaluations have it. */
export interface MetricName {
  readonly name: string;
  readonly kind: "step" | "evaluation";
}

/** A metric of one run, thinned so that each part keeps its least and its greatest. */
export interface Curve {
  readonly run: string;
  readonly metric: string;
  readonly kind: "step" | "evaluation";
  readonly step: readonly number[];
  /** Milliseconds of training until then. */
  readonly time: readonly number[];
  /** Completion tokens until then. */
  readonly tokens: readonly number[];
  /** Null where it is no finite number. */
  readonly value: readonly (number | null)[];
}

/** A metric over the repeats of a setting, at the steps that all of them have. */
export interface Band {
  readonly setting: string;
  readonly runs: readonly string[];
  readonly metric: string;
  readonly kind: "step" | "evaluation";
  readonly step: readonly number[];
  readonly time: readonly number[];
  readonly tokens: readonly number[];
  readonly mean: readonly (number | null)[];
  /** The least and the greatest of the repeats. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** `GET /api/curves?runs=["KEY"]&metrics=["name"]&points=800&bands=1`. */
export interface Curves {
  readonly curves: readonly Curve[];
  /** Of settings with several of the runs, where bands were asked for; their runs have no curve of their own then. */
  readonly bands: readonly Band[];
  /** Runs that are gone, or could not be read. */
  readonly missing: readonly string[];
}

/** `GET /api/compare?runs=["KEY"]`: parameters that differ first. */
export interface Compared {
  readonly rows: readonly RunRow[];
  readonly differing: readonly { readonly name: string; readonly cells: readonly (Value | null)[] }[];
  readonly same: readonly { readonly name: string; readonly cell: Value | null }[];
  readonly metrics: readonly MetricName[];
}

/** A token that could have been drawn, and its log-prob in nats. */
export type Alternative = readonly [text: string, logProb: number];

/** A token of a completion. */
export interface Token {
  readonly text: string;
  /** KL(teacher || student) where it was drawn, in nats. */
  readonly divergence: number;
  /** Its log-probs in nats; nothing where the run's folder does not have them. */
  readonly student: number | null;
  readonly teacher: number | null;
  /** The most probable tokens of both, the most probable first. */
  readonly studentTop: readonly Alternative[];
  readonly teacherTop: readonly Alternative[];
}

/** A sequence that a step learned from. */
export interface Rollout {
  readonly run: string;
  readonly step: number;
  readonly prompt: string;
  readonly completion: string;
  readonly reference: string;
  /** Who wrote it. */
  readonly source: string;
  /** It was cut at the limit. */
  readonly cut: boolean;
  readonly length: number;
  readonly reward: number | null;
  /** Each reward without its weight. */
  readonly parts: Readonly<Record<string, number>>;
  readonly advantage: number | null;
  /** Mean over its tokens, in nats. */
  readonly divergence: number | null;
  /** Empty where the step was not inspected. */
  readonly tokens: readonly Token[];
  /** What went wrong while it was scored, by the scorer's name. */
  readonly failures: Readonly<Record<string, string>>;
  readonly dropped: boolean;
}

/** `GET /api/rollouts?run=KEY&step=5`, or with `&text=...` those of all steps that have the text. */
export interface Rollouts {
  /** Steps that have rollouts, and those of them that were inspected into their tokens. */
  readonly steps: readonly number[];
  readonly inspected: readonly number[];
  /** The step that is shown; nothing for a search. */
  readonly step: number | undefined;
  readonly rollouts: readonly Rollout[];
  /** There are more than are given. */
  readonly more: boolean;
}

/** `GET /api/prompt?runs=["KEY"]&prompt=...`: what became of one prompt, by run and step. */
export interface PromptHistory {
  readonly prompt: string;
  readonly rollouts: readonly Rollout[];
  readonly more: boolean;
}

/** `GET /api/step?run=KEY&step=5`: how a step went. */
export interface StepDetails {
  /** Steps that were timed, first and last. */
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** The Gantt chart as the reports draw it; empty where the step has no spans. */
  readonly gantt: string;
  /** By name, such as milliseconds of the update. */
  readonly timings: readonly (readonly [name: string, value: number])[];
  /** By name: what the step measured of its machine, such as its memory in bytes and its queues. */
  readonly machine: readonly (readonly [name: string, value: number])[];
  readonly alarms: readonly Alarm[];
}

/** A trial of a sweep. */
export interface TrialRow {
  readonly label: string;
  readonly status: RunState;
  readonly step: number;
  readonly steps: number;
  /** Its run; nothing while it waits. */
  readonly key: string | undefined;
  readonly error: string | undefined;
}

/** A cell of a heatmap: the runs that have two values. */
export interface HeatCell {
  readonly x: number;
  readonly y: number;
  /** Nothing while no run has it, and where several settings have these values: no mean is taken over them. */
  readonly mean: number | undefined;
  readonly runs: readonly string[];
  /** Settings that have both values: they differ in further axes. */
  readonly settings: number;
}

/** `GET /api/sweep?file=FOLDER&metric=accuracy&x=/a&y=/b`: the runs of one experiment file. */
export interface SweepDetails {
  readonly file: string;
  readonly question: string;
  readonly trials: readonly TrialRow[];
  /** What was varied, and the values in their order. */
  readonly axes: readonly { readonly pointer: string; readonly name: string; readonly values: readonly Value[] }[];
  readonly metrics: readonly string[];
  readonly metric: string;
  /** Which axes the heatmap has; the same one twice where there is one. */
  readonly x: string;
  readonly y: string;
  readonly cells: readonly HeatCell[];
  /** Why the runs of one cell may be of different things; nothing where they are not. */
  readonly mixed: string | undefined;
  /** Plots as the reports draw them, by name. */
  readonly plots: readonly (readonly [name: string, figure: string])[];
  /** The table of claims as the reports have it; empty where the file makes none. */
  readonly claims: string;
  /** Why the claims could not be judged. */
  readonly claimsError: string | undefined;
}

/** `GET /api/figures`: figures of the paper that `retort reproduce` has run below the root. */
export interface FigureList {
  readonly figures: readonly {
    readonly name: string;
    readonly paper: string;
    /** The figure's section as the reports have it. */
    readonly section: string;
    readonly outcomes: Readonly<Record<string, number>>;
  }[];
}

/** An event of `GET /api/events`: which runs have changed since the one before. */
export interface Changed {
  /** Keys of runs whose files have grown or whose state is another. */
  readonly runs: readonly string[];
  /** Runs came or went, or their states changed. */
  readonly list: boolean;
  /** What came between is not known: ask for everything again. */
  readonly everything: boolean;
}

/** What is answered instead where something is wrong. */
export interface Refusal {
  readonly error: { readonly message: string };
}
