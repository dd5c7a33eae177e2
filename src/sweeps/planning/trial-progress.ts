/** The progress of a trial, from its folder: the same whoever runs it, and wherever. */
import { dirname, join } from "node:path";
import { holderOf } from "../../runs/folder/lock.ts";
import { parseObject, type JsonObject } from "../../files/json.ts";
import { lastText } from "../../files/regular-file.ts";
import { manifestIn, type RunStatus } from "../../runs/folder/manifest.ts";
import { runFolder } from "../../runs/folder/run-folder.ts";
import { metricsIn } from "../../runs/reading/run-record.ts";
import type { FrozenSweep, FrozenTrial } from "./frozen.ts";

/** How far a trial has come. */
export interface TrialProgress {
  /**
   * `waiting`: not begun. `running`: a process works on it. `interrupted`: none does, and it resumes where it stopped.
   */
  readonly status: "waiting" | RunStatus;
  /** Steps that are done. */
  readonly step: number;
  /** The finite ones of the last step and the last evaluation. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Of its training, when it is done. */
  readonly milliseconds: number | undefined;
  /** Why it failed. */
  readonly error: string | undefined;
}

/** Bytes at the end of a file of lines in which the last ones are looked for. */
const tailBytes = 64 * 1024;

/** The last whole lines of a file, as far as they are objects; none when there is no file. */
const lastLines = (path: string): JsonObject[] => {
  const lines = lastText(path, tailBytes).split("\n").slice(0, -1);
  return lines.map(parseObject).filter((line) => line !== undefined);
};

const finiteIn = (written: JsonObject = {}): Record<string, number> =>
  Object.fromEntries(Object.entries(metricsIn(written)).filter(([, value]) => Number.isFinite(value)));

const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** The folder of a trial, under the folder of its sweep. */
export const trialFolder = (
  folder: string,
  { file }: Pick<FrozenSweep, "file">,
  { id, name }: Pick<FrozenTrial, "id" | "name">,
): string => runFolder(dirname(folder), { id, name, path: file }, false).folder;

const progress = (folder: string): Pick<TrialProgress, "step" | "metrics"> => {
  const lines = lastLines(join(folder, "metrics.jsonl"));
  const last = (kind: string): JsonObject | undefined => lines.findLast((line) => line["kind"] === kind);
  const [step, evaluation] = [last("step"), last("evaluation")];
  return {
    step: numberOf(step?.["step"]) ?? 0,
    metrics: { ...finiteIn(step), ...finiteIn(evaluation) },
  };
};

/** The progress of the trial in a folder. */
export const progressIn = async (folder: string, steps: number): Promise<TrialProgress> => {
  const manifest = manifestIn(folder);
  const status = manifest?.["status"];
  if (status === "done") {
    const summary = manifestIn(folder, "summary.json");
    const milliseconds = numberOf(summary?.["milliseconds"]);
    return {
      status,
      step: steps,
      metrics: finiteIn(summary),
      milliseconds,
      error: undefined,
    };
  }
  const held = (await holderOf(folder)) !== undefined;
  const idle = status === "failed" || status === "paused" ? status : manifest === undefined ? "waiting" : "interrupted";
  const error = !held && status === "failed" && typeof manifest?.["error"] === "string" ? manifest["error"] : undefined;
  return { ...progress(folder), status: held ? "running" : idle, milliseconds: undefined, error };
};
