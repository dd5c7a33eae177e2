/** Trials that another figure has run already: the same id gives the same bytes, so none is trained twice. */
import { cpSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readExperiment } from "../experiments/file/extended-source.ts";
import { writeJson } from "../files/json-file.ts";
import { isObject, type JsonObject } from "../files/json.ts";
import { manifestIn } from "../runs/folder/manifest.ts";
import type { FrozenSweep, FrozenTrial } from "../sweeps/planning/frozen.ts";
import { trialFolder } from "../sweeps/planning/trial-progress.ts";

interface DoneRun {
  readonly folder: string;
  readonly manifest: JsonObject;
}

const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [join(folder, entry.name)] : [],
      )
    : [];

/** The first of these folders in which a run of an id is done. */
const doneRun = (folders: readonly string[], id: string): DoneRun | undefined => {
  for (const folder of folders) {
    const manifest = manifestIn(folder);
    if (manifest?.["id"] === id && manifest["status"] === "done") return { folder, manifest };
  }
  return undefined;
};

/** What a figure says of itself in the manifests of its runs. */
const saidBy = (file: string): JsonObject => {
  const { value } = readExperiment(file);
  const { question = null, paper = null } = isObject(value) ? value : {};
  return { file, question, paper };
};

/** Whole or not at all: the manifest comes last, and then the name. */
const copyRun = async (
  { folder, manifest }: DoneRun,
  to: string,
  said: JsonObject,
  trial: FrozenTrial,
): Promise<void> => {
  const part = `${to}.part`;
  rmSync(part, { recursive: true, force: true });
  cpSync(folder, part, { recursive: true, filter: (source) => basename(source) !== "manifest.json" });
  const { name, label, axes } = trial;
  await writeJson(join(part, "manifest.json"), { ...manifest, ...said, name, label, axes: { ...axes } });
  renameSync(part, to);
};

/** A trial that is done elsewhere. */
interface SharedTrial {
  readonly trial: FrozenTrial;
  readonly run: DoneRun;
  /** Its folder in this figure. */
  readonly to: string;
}

const foundElsewhere = (folder: string, sweep: FrozenSweep): readonly SharedTrial[] => {
  const others = foldersIn(dirname(folder)).filter((other) => basename(other) !== basename(folder));
  const folders = others.flatMap(foldersIn);
  return sweep.trials.flatMap((trial) => {
    const to = trialFolder(folder, sweep, trial);
    if (existsSync(to)) return [];
    const wanted = to.slice(to.lastIndexOf("-"));
    const run = doneRun(
      folders.filter((other) => other.endsWith(wanted)),
      trial.id,
    );
    return run === undefined ? [] : [{ trial, run, to }];
  });
};

/** The ids of a sweep's trials that `shareTrials` would copy to its folder. */
export const trialsToShare = (folder: string, sweep: FrozenSweep): readonly string[] =>
  foundElsewhere(folder, sweep).map(({ trial }) => trial.id);

/**
 * Copies to the folder of a figure's sweep those of its trials that are done in a folder beside it, with the name that
 * they have in this figure. One that has begun here is left alone. The number of copies.
 */
export const shareTrials = async (folder: string, sweep: FrozenSweep): Promise<number> => {
  const found = foundElsewhere(folder, sweep);
  const said = saidBy(sweep.file);
  for (const { trial, run, to } of found) await copyRun(run, to, said, trial);
  return found.length;
};
