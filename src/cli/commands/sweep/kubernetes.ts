/** `retort sweep --executor kubernetes --emit FILE`: writes what a cluster is given, and submits nothing. */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { kubernetesJob } from "../../../sweeps/executors/kubernetes-job.ts";
import { trialStates } from "../../../sweeps/driving/drive.ts";
import { writeFrozen, type FrozenSweep } from "../../../sweeps/planning/frozen.ts";
import { writeWhole } from "../../../files/atomic-file.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";

/** The options of the file. */
export interface KubernetesFlags {
  readonly emit?: string;
  readonly image?: string;
  readonly claim?: string;
  readonly mount?: string;
  readonly memory: string;
  readonly jobs?: number;
  readonly threads: number;
  readonly retries: number;
}

/** Adds them to the command. */
export const addKubernetesFlags = (command: Command): Command =>
  command
    .option("--emit <file>", "with --executor kubernetes: where the Job is written, for kubectl apply")
    .option("--image <name>", "with --emit: a container's image with retort")
    .option("--claim <name>", "with --emit: the persistent volume claim that has the sweep's folders and files")
    .option("--mount <folder>", "with --emit: where it is mounted, here and in the pods")
    .option("--memory <quantity>", "with --emit: memory of a pod", "4Gi");

const given = (flags: KubernetesFlags, name: "emit" | "image" | "claim" | "mount"): string => {
  const value = flags[name];
  if (value === undefined)
    throw new InvalidArgumentError(
      `--executor kubernetes: expected --emit, --image, --claim and --mount, got no --${name}`,
    );
  return value;
};

/**
 * Writes the plan, the list of the trials that are not done, and the Job. `InvalidArgumentError` for options that are
 * missing or wrong.
 */
export const emitJob = async (
  folder: string,
  sweep: FrozenSweep,
  flags: KubernetesFlags,
  { output }: Terminal,
): Promise<void> => {
  const [emit, image, claim, mount] = [
    given(flags, "emit"),
    given(flags, "image"),
    given(flags, "claim"),
    resolve(given(flags, "mount")),
  ];
  const all = await trialStates({ folder, sweep });
  const ids = all.filter(({ progress }) => progress.status !== "done").map(({ trial }) => trial.id);
  if (ids.length === 0) {
    output.write(`every one of ${all.length} trials is done; nothing is written\n`);
    return;
  }
  const text = `${ids.join("\n")}\n`;
  const list = join(folder, "kubernetes", `${createHash("sha256").update(text).digest("hex").slice(0, 16)}.list`);
  const { memory, threads, retries, jobs = ids.length } = flags;
  const paths = [dirname(sweep.file), sweep.cache];
  let job: string;
  try {
    job = kubernetesJob({
      folder,
      list,
      trials: ids.length,
      paths,
      jobs,
      threads,
      retries,
      image,
      claim,
      mount,
      memory,
    });
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidArgumentError(error.message);
    throw error;
  }
  await writeFrozen(folder, sweep);
  mkdirSync(dirname(list), { recursive: true });
  await writeWhole(list, text);
  await writeWhole(resolve(emit), job);
  output.write(
    `${visible(emit)}: a Job of ${ids.length} trials; submit it with kubectl apply -f, and see their ` +
      "progress with --dry-run\n",
  );
};
