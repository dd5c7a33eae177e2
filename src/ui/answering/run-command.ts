/** The command that runs something of a run again: it is only named where it comes out as the same run. */
import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import type { Json } from "../../files/json.ts";
import type { PlannedRun } from "../../experiments/planning/planned.ts";
import { differing, valueAt } from "../../results/tables/parameters.ts";
import { readFrozen, trialNamed } from "../../sweeps/planning/frozen.ts";
import { experimentFileOf } from "./experiment-file.ts";
import type { WatchedRun } from "./watched-runs.ts";

/** Arguments of `retort`. */
export type Arguments = readonly string[];

/** An argument as a shell takes it. */
const quotedArgument = (text: string): string =>
  /^[\w./:=,@%+-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** The command as one writes it. */
export const commandText = (given: Arguments): string => ["retort", ...given].map(quotedArgument).join(" ");

/** A path as it is shortest from here. */
const shortPath = (path: string): string => {
  const from = relative(process.cwd(), path);
  return from.startsWith("..") || isAbsolute(from) || from === "" ? path : from;
};

/** `--out` where it is not the usual one. */
const outOf = (run: WatchedRun): Arguments => {
  const out = shortPath(dirname(run.parent));
  return out === "runs" ? [] : ["--out", out];
};

const overrideOf = (pointer: string, value: Json | undefined): string =>
  `${pointer}=${typeof value === "string" && !/^[\d[{"tfn-]/u.test(value) ? value : JSON.stringify(value)}`;

/** A value that no file sets: it follows from others. */
const derived = "/taskSeed";

/** Values of the run that are not its file's own, as the command line sets them. */
const overridesOf = (run: WatchedRun, planned: PlannedRun): Arguments => {
  const { values } = run.record;
  return differing([planned.values as unknown as typeof values, values])
    .filter((pointer) => pointer !== derived)
    .map((pointer) => overrideOf(pointer, valueAt(values, pointer)));
};

const planned = async (file: string, name: string, overrides: Arguments): Promise<PlannedRun | undefined> => {
  // What plans a run takes longer to load than the page takes to appear.
  const { prepareExperiment } = await import("../../experiments/planning/run-plan.ts");
  return (await prepareExperiment(file, overrides)).find((run) => run.name === name);
};

const isTrial = ({ parent, record }: WatchedRun): boolean => {
  if (!existsSync(join(parent, "sweep.json"))) return false;
  try {
    return trialNamed(readFrozen(parent), record.id).name === record.name;
  } catch {
    // The plan is of another version, or of other trials.
    return false;
  }
};

const given = (run: WatchedRun, file: string, overrides: Arguments): Arguments => [
  "run",
  file,
  ...(run.record.name === "run" ? [] : ["--only", run.record.name]),
  ...overrides,
  ...outOf(run),
];

/** What the run's file was given on the command line: such that its plan is the run. `RangeError` where none is. */
const sameOverrides = async (run: WatchedRun, file: string): Promise<Arguments> => {
  const { id, name } = run.record;
  const base = await planned(file, name, []);
  const overrides = base === undefined || base.id === id ? [] : overridesOf(run, base);
  const again = overrides.length === 0 ? base : await planned(file, name, overrides);
  if (again?.id === id) return overrides;
  throw new RangeError(
    `${file}: expected a file that still makes the run ${basename(run.folder)}, got one that makes another; its ` +
      "values, code, data or checkpoints have changed since",
  );
};

/**
 * The command that continues a run, or tries it again. `RangeError` where its file is gone or makes another run
 * now; `ExperimentError` where the file is wrong.
 */
export const resumeCommand = async (run: WatchedRun): Promise<Arguments> => {
  if (isTrial(run)) return ["trial", shortPath(run.parent), run.record.id];
  const file = shortPath(experimentFileOf(run));
  return given(run, file, await sameOverrides(run, file));
};

/**
 * The command that runs the file with the run's values but some. Errors as of `resumeCommand`, and `ExperimentError`
 * for values that are wrong.
 */
export const variantCommand = async (run: WatchedRun, changed: Arguments): Promise<Arguments> => {
  const file = shortPath(experimentFileOf(run));
  const base = await planned(file, run.record.name, []);
  // A trial is a run of the file's own values but those that its sweep set.
  const name = base === undefined ? "run" : run.record.name;
  const own = base ?? (await planned(file, name, []));
  if (own === undefined) throw new RangeError(`${file}: expected a run "${name}", got none`);
  const pointers = changed.map((override) => override.split("=", 1)[0]!);
  const kept = overridesOf(run, own).filter((override) => !pointers.includes(override.split("=", 1)[0]!));
  const overrides = [...kept, ...changed];
  await planned(file, name, overrides);
  return given({ ...run, record: { ...run.record, name } }, file, overrides);
};
