/** A run's folder: its manifest, its lines, and its summary. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ServerFacts } from "../../teachers/remote/probe.ts";
import { writeJson } from "../../files/json-file.ts";
import type { PlannedRun } from "../planning/planned.ts";
import { manifestIn } from "./run-folder.ts";
import { openRunLines, type RunLines } from "../../runs/folder/run-files.ts";
import { openRunLog, type RunLog } from "../../runs/folder/run-log.ts";
import { surroundings, type Surroundings } from "../../runs/folder/provenance.ts";

/** How a run stands. */
export type RunStatus = "running" | "paused" | "done" | "failed" | "interrupted";

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
  /** What a trial of a sweep set, by pointer. */
  readonly axes: PlannedRun["axes"];
  /** Ids of the stages that it started from. */
  readonly stages: Readonly<Record<string, string>>;
  /** Where the checkpoints were that it named, and the sha256 of their contents. */
  readonly checkpoints: PlannedRun["checkpoints"];
  readonly engine: EngineChoice;
  /** What each server of the teacher said before the run, and how much of the probability it names. */
  readonly teacher: readonly ServerFacts[];
  readonly status: RunStatus;
  /** How many times a process has begun or gone on with it. */
  readonly attempt: number;
  /** When it began first, ISO 8601, UTC. */
  readonly started: string;
  readonly finished: string | undefined;
  /** Why it failed. */
  readonly error: string | undefined;
}

/** An open run. Every method has written to the file when it returns, or when its promise resolves. */
export interface RunStore {
  readonly folder: string;
  /** Its files of lines. */
  readonly lines: RunLines;
  /** What happened when. */
  readonly log: RunLog;
  /**
   * Replaces `summary.json`: accuracy and metrics of the last evaluation and the last step, and how long the training
   * took, in ms.
   */
  summarize(milliseconds: number): Promise<void>;
  /** Says in the manifest how it ended and why, and closes the files. A second call does nothing. */
  finish(status: Exclude<RunStatus, "running">, error?: Error): Promise<void>;
}

/** What opens a run's folder. */
export interface Opening {
  readonly folder: string;
  readonly attempt: number;
  readonly engine: EngineChoice;
  readonly teacher?: readonly ServerFacts[];
}

/** Drafts of files that a killed process was writing. */
const removeDrafts = (folder: string): void => {
  const drafts = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".part"));
  for (const name of drafts) rmSync(join(folder, name), { force: true });
};

const manifestOf = (run: PlannedRun, { folder, attempt, engine, teacher = [] }: Opening): Manifest => {
  const now = new Date().toISOString();
  const started = manifestIn(folder)?.["started"];
  return {
    name: run.name,
    label: run.label,
    id: run.id,
    file: run.path,
    question: run.question,
    paper: run.paper,
    values: run.values,
    axes: run.axes,
    stages: Object.fromEntries(run.stages.map((stage) => [stage.name, stage.id])),
    checkpoints: run.checkpoints,
    engine,
    teacher,
    status: "running",
    attempt,
    started: typeof started === "string" ? started : now,
    finished: undefined,
    error: undefined,
    ...surroundings(),
  };
};

/** Opens a run's folder, in which it begins or goes on, with a manifest that says `running`. */
export const openRun = async (run: PlannedRun, opening: Opening): Promise<RunStore> => {
  const { folder } = opening;
  mkdirSync(folder, { recursive: true });
  removeDrafts(folder);
  let manifest = manifestOf(run, opening);
  const manifestPath = join(folder, "manifest.json");
  await writeJson(manifestPath, manifest);
  const lines = openRunLines(folder);
  const log = openRunLog(folder);
  log.begun(opening.attempt);
  return {
    folder,
    lines,
    log,
    summarize: (milliseconds) => writeJson(join(folder, "summary.json"), { ...lines.summary(), milliseconds }),
    async finish(status, error) {
      if (manifest.status !== "running") return;
      log.ended(status, error);
      log.close();
      lines.close();
      manifest = { ...manifest, status, finished: new Date().toISOString(), error: error?.message };
      await writeJson(manifestPath, manifest);
    },
  };
};
