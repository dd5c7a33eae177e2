/** A run's folder: its manifest, its lines, and its summary. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ServerFacts } from "../../teachers/remote/probe.ts";
import { writeJson } from "../../files/json-file.ts";
import { manifestIn, type EngineChoice, type Manifest, type RunFacts, type RunStatus } from "./manifest.ts";
import { openRunLines, type RunLines } from "./run-files.ts";
import { openRunLog, type RunLog } from "./run-log.ts";
import { provenance } from "./provenance.ts";
import { modulesIn } from "../../plugins/modules-in.ts";
import { writeCode } from "./code-copy.ts";

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

const manifestOf = (run: RunFacts, { folder, attempt, engine, teacher = [] }: Opening): Manifest => {
  const now = new Date().toISOString();
  const started = manifestIn(folder)?.["started"];
  return {
    name: run.name,
    label: run.label,
    id: run.id,
    setting: run.setting,
    file: run.path,
    question: run.question,
    paper: run.paper,
    values: run.values,
    axes: run.axes,
    stages: Object.fromEntries(run.stages.map((stage) => [stage.name, stage.id])),
    stageSettings: Object.fromEntries(run.stages.map((stage) => [stage.name, stage.setting])),
    checkpoints: run.checkpoints,
    files: run.files,
    engine,
    teacher,
    status: "running",
    attempt,
    started: typeof started === "string" ? started : now,
    finished: undefined,
    error: undefined,
    ...provenance(),
  };
};

/** Opens a run's folder, in which it begins or resumes, with a manifest that says `running`. */
export const openRun = async (run: RunFacts, opening: Opening): Promise<RunStore> => {
  const { folder } = opening;
  mkdirSync(folder, { recursive: true });
  removeDrafts(folder);
  let manifest = manifestOf(run, opening);
  const manifestPath = join(folder, "manifest.json");
  await writeJson(manifestPath, manifest);
  await writeCode(folder, modulesIn([run.values, run.stages]), dirname(run.path));
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
