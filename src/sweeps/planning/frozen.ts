/**
 * `sweep.json`: the plan of a sweep as every process reads it, on any machine that sees the folder. Written whole, and
 * never while trials are planned.
 */
import { mkdirSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { Type, type Static } from "@sinclair/typebox";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import type { Draft } from "../../experiments/file/drafts.ts";
import { readInputs } from "../../experiments/inputs/inputs.ts";
import { writeJson } from "../../files/json-file.ts";
import type { Json } from "../../files/json.ts";
import { packageVersion } from "../../runs/folder/package-version.ts";
import { planDraft } from "../../experiments/planning/run-plan.ts";
import type { PlannedRun } from "../../experiments/planning/planned.ts";
import { MemoryRules } from "../../experiments/planning/memory-rules.ts";
import { checkValues } from "../../experiments/planning/sound-file.ts";
import { checkerOf, readChecked } from "./checked-file.ts";
import type { PreparedSweep } from "./prepare-sweep.ts";
import { FileContext } from "../../experiments/inputs/file-context.ts";
import { withSettings } from "./trial-drafts.ts";
import { defined } from "../../optional/defined.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/** Longest plan, in bytes: some hundreds for each of the most trials. */
const longestPlan = 256_000_000;

const Trial = closedObject({
  id: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  name: Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" }),
  label: Type.String(),
  axes: Type.Unsafe<Readonly<Record<string, Json>>>({ type: "object", additionalProperties: {} }),
  steps: Type.Integer({ minimum: 1 }),
});

const Frozen = closedObject({
  kind: Type.Literal("retort sweep"),
  version: Type.String(),
  file: Type.String({ minLength: 1 }),
  cache: Type.String({ minLength: 1 }),
  bases: Type.Unsafe<Readonly<Record<string, Json>>>({ type: "object", additionalProperties: {} }),
  trials: Type.Array(Trial),
  overMemory: Type.Optional(Type.Literal(true)),
});

/** The plan. */
export type FrozenSweep = Static<typeof Frozen>;

/** One of its trials. */
export type FrozenTrial = FrozenSweep["trials"][number];

const check = checkerOf<FrozenSweep>(Frozen);

/** The folder of the trials of an experiment file and of their plan. */
export const sweepFolder = (out: string, file: string): string => join(out, basename(file, extname(file)));

/**
 * The plan of a prepared sweep; `cache` is where stages are kept. With `overMemory` its trials start on machines too
 * that have less memory than they are estimated to take.
 */
export const freeze = ({ path, bases, trials }: PreparedSweep, cache: string, overMemory?: true): FrozenSweep => ({
  kind: "retort sweep",
  version: packageVersion(),
  file: resolve(path),
  cache: resolve(cache),
  bases,
  trials: [...trials],
  ...defined({ overMemory }),
});

/** Writes the plan into the folder, instead of an earlier one. */
export const writeFrozen = async (folder: string, sweep: FrozenSweep): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  await writeJson(join(folder, "sweep.json"), sweep);
};

/** Reads the plan of a folder. `Error` when there is none, and when it is not of this version. */
export const readFrozen = (folder: string): FrozenSweep => {
  const path = join(folder, "sweep.json");
  const sweep = readChecked(path, { what: "the plan of a sweep", longest: longestPlan, check });
  const { version } = sweep;
  if (version !== packageVersion()) {
    throw new Error(`${path}: expected a plan of version ${packageVersion()}, got ${version}; start the sweep again`);
  }
  return sweep;
};

/** The trial of an id, or of the first digits of one. `RangeError` when the plan has none, or several. */
export const trialNamed = ({ trials }: FrozenSweep, id: string): FrozenTrial => {
  const found = /^[0-9a-f]{8,64}$/u.test(id) ? trials.filter((trial) => trial.id.startsWith(id)) : [];
  if (found.length !== 1) {
    throw new RangeError(
      `sweep: expected the id of one of its ${trials.length} trials, got ${JSON.stringify(id)}, which ` +
        `${found.length} have`,
    );
  }
  return found[0]!;
};

/**
 * Plans a trial again, where it is to run. `Error` when what comes out is another: a file or a checkpoint has changed;
 * and when the machine's memory is given, in bytes, and the trial is estimated to take more, unless the plan allows it.
 */
export const planTrial = async (
  sweep: FrozenSweep,
  { id, name, label, axes }: FrozenTrial,
  hub: HubOptions = {},
  memory = Number.POSITIVE_INFINITY,
): Promise<PlannedRun> => {
  const { bases, file } = sweep;
  const base = bases[name] ?? bases["run"];
  if (base === undefined)
    throw new Error(`sweep: expected the values of "${name}", got those of ${Object.keys(bases).join(", ")}`);
  const settings = Object.entries(axes).map(([pointer, value]) => ({ pointer, value }));
  const locate: Draft["locate"] = (pointer) => ({ location: { file }, pointer });
  const draft: Draft = { name, label, axes, value: withSettings(base, settings), locate };
  const checked = checkValues(draft.value, dirname(file));
  if ("mistakes" in checked)
    throw new Error(
      `${file}: ${checked.mistakes.map((mistake) => `${mistake.pointer}: ${mistake.message}`).join("; ")}`,
    );
  const inputs = await readInputs([checked], dirname(file), hub);
  const fileContext = new FileContext(dirname(file), inputs);
  const run = planDraft(draft, checked.values, file, fileContext);
  if (run.id !== id) {
    throw new Error(
      `trial ${label}: expected the id ${id}, got ${run.id}: a file or a checkpoint has changed since; start ` +
        "the sweep again",
    );
  }
  if (sweep.overMemory === true || !Number.isFinite(memory)) return run;
  const [tooMuch] = new MemoryRules(fileContext, memory).mistakes(run, checked.values);
  if (tooMuch !== undefined) throw new Error(`trial ${label}: ${tooMuch.pointer}: ${tooMuch.message}`);
  return run;
};
