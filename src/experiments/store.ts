/** A run's folder: its manifest, its metrics, rollouts and trace line by line, and its summary. Files are replaced whole or appended to, nothing else. */
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { ServerFacts } from "../teachers/remote/probe.ts";
import type { ProgressReport, RolloutsScored, StepTimed } from "../training/report.ts";
import { jsonText, writeJson } from "./json-file.ts";
import type { PlannedRun } from "./plan.ts";
import { traceWriter } from "./trace-file.ts";
import { surroundings, type Surroundings } from "./surroundings.ts";

/** How a run stands. */
export type RunStatus = "running" | "done" | "failed" | "interrupted";

/** What ran the programs, and why that. */
export interface EngineChoice {
  readonly name: string;
  readonly reason: string;
}

/** `manifest.json`: everything that is needed to know what a result is, and to have it again. */
export interface Manifest extends Surroundings {
  readonly name: string;
  readonly label: string;
  readonly id: string;
  readonly file: string;
  readonly question: string;
  readonly paper: string | undefined;
  readonly values: PlannedRun["values"];
  /** Ids of the stages that it started from. */
  readonly stages: Readonly<Record<string, string>>;
  /** Where the checkpoints were that it named, and the sha256 of their contents. */
  readonly checkpoints: PlannedRun["checkpoints"];
  readonly engine: EngineChoice;
  /** What each server of the teacher said before the run, and how much of the probability it names. */
  readonly teacher: readonly ServerFacts[];
  readonly status: RunStatus;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly finished: string | undefined;
  /** Why it failed. */
  readonly error: string | undefined;
}

/** An open run. Every method has written to the file when it returns, or when its promise resolves. */
export interface RunStore {
  readonly folder: string;
  /** Adds a line to `metrics.jsonl`. */
  report(report: ProgressReport): void;
  /** Adds a line for each rollout to `rollouts.jsonl`, with its step. */
  rollouts(scored: RolloutsScored): void;
  /** Adds a step's spans to `trace.json`. */
  timeline(timed: StepTimed): void;
  /** Replaces `summary.json`. */
  summarize(summary: Readonly<Record<string, unknown>>): Promise<void>;
  /** Says in the manifest how it ended, and closes the files. A second call does nothing. */
  finish(status: Exclude<RunStatus, "running">, error?: string): Promise<void>;
}

/** `<root>/<file name>/<run>-<hash>`, and `-2`, `-3` ... for the same run again: no result is written over. */
const claimFolder = (root: string, run: PlannedRun): string => {
  const parent = join(root, basename(run.path, extname(run.path)));
  mkdirSync(parent, { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const folder = join(parent, `${run.name}-${run.id.slice(0, 8)}${attempt === 1 ? "" : `-${attempt}`}`);
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
};

/** Opens a new folder for the run under `root`, with a manifest that says `running`. */
export const openRun = async (
  run: PlannedRun,
  engine: EngineChoice,
  root = "runs",
  teacher: readonly ServerFacts[] = [],
): Promise<RunStore> => {
  const folder = claimFolder(root, run);
  let manifest: Manifest = {
    name: run.name,
    label: run.label,
    id: run.id,
    file: run.path,
    question: run.question,
    paper: run.paper,
    values: run.values,
    stages: Object.fromEntries(run.stages.map((stage) => [stage.name, stage.id])),
    checkpoints: run.checkpoints,
    engine,
    teacher,
    status: "running",
    started: new Date().toISOString(),
    finished: undefined,
    error: undefined,
    ...surroundings(),
  };
  const manifestPath = join(folder, "manifest.json");
  await writeJson(manifestPath, manifest);
  const metrics = openSync(join(folder, "metrics.jsonl"), "a");
  const rollouts = openSync(join(folder, "rollouts.jsonl"), "a");
  const trace = openSync(join(folder, "trace.json"), "a");
  return {
    folder,
    report: (report) => void writeSync(metrics, `${jsonText(report)}\n`),
    rollouts({ step, rollouts: all }) {
      if (all.length > 0) writeSync(rollouts, all.map((rollout) => `${jsonText({ step, ...rollout })}\n`).join(""));
    },
    timeline: traceWriter((text) => void writeSync(trace, text), performance.timeOrigin),
    summarize: (summary) => writeJson(join(folder, "summary.json"), summary),
    async finish(status, error) {
      if (manifest.status !== "running") return;
      for (const file of [metrics, rollouts, trace]) {
        fsyncSync(file);
        closeSync(file);
      }
      manifest = { ...manifest, status, finished: new Date().toISOString(), error };
      await writeJson(manifestPath, manifest);
    },
  };
};
