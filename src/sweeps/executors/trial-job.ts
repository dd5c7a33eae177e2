/**
 * What a queue carries of a trial: where it is. It comes from a server that others may write to, so it is checked
 * before it is used.
 */
import { createHash } from "node:crypto";
import { dirname, isAbsolute, normalize } from "node:path";
import { Type, type Static } from "@sinclair/typebox";
import type { Json } from "../../files/json.ts";
import { checkerOf } from "../planning/checked-file.ts";
import { readFrozen, trialNamed, type FrozenTrial } from "../planning/frozen.ts";
import type { SweepFolder } from "./executor.ts";
import { closedObject } from "../../plugins/closed-object.ts";

const Job = closedObject({
  folder: Type.String({ minLength: 1, maxLength: 4096 }),
  id: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  /**
   * Steps after which it pauses: with the job, so that one which is taken late stops where its driver meant it to.
   */
  pauseAt: Type.Optional(Type.Integer({ minimum: 1 })),
});

/** The data of a job. */
export type TrialJob = Static<typeof Job>;

const check = checkerOf<TrialJob>(Job);

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** The queue of the sweeps whose folders are in `out`, an absolute path. Workers of other folders do not see it. */
export const queueName = (out: string): string => `retort-${hash(out)}`;

/**
 * One name for one job, so that drivers of the same sweep ask for it once; up to a pause, and from there on, are two.
 */
export const jobName = ({ folder, id, pauseAt }: TrialJob): string =>
  `trial-${hash(folder)}-${id.slice(0, 16)}${pauseAt === undefined ? "" : `-${pauseAt}`}`;

/** The progress by which a driver tells the worker that has a job to stop it. */
export const withdrawn = "withdrawn";

/**
 * The trial that a job asks for. `Error` for what is no job, for a folder that is not in `out`, and for one without
 * that trial's plan.
 */
export const readTrialJob = (
  data: unknown,
  out: string,
): SweepFolder & Pick<TrialJob, "pauseAt"> & { readonly trial: FrozenTrial } => {
  const checked = check(JSON.parse(JSON.stringify(data ?? null)) as Json);
  if ("mistakes" in checked) {
    const { pointer, message } = checked.mistakes[0]!;
    throw new Error(`job: ${[...(pointer === "" ? [] : [pointer]), message].join(": ")}`);
  }
  const { folder, id, ...pausing } = checked.values;
  if (!isAbsolute(folder) || normalize(folder) !== folder || dirname(folder) !== out) {
    throw new Error(`job: expected the folder of a sweep in ${out}, got ${JSON.stringify(folder)}`);
  }
  const sweep = readFrozen(folder);
  return { folder, sweep, trial: trialNamed(sweep, id), ...pausing };
};
