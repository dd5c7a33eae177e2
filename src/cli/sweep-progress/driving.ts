/** Drives a sweep before a person's eyes, and says what failed. */
import { join } from "node:path";
import type { SweepFolder } from "../../sweeps/executors/executor.ts";
import type { DriveOptions, TrialState } from "../../sweeps/driving/drive.ts";
import { driveSweep } from "../../sweeps/driving/drive-rungs.ts";
import type { HalvingValues } from "../../experiments/schema/halving.ts";
import { interruptible } from "../display/interruptible.ts";
import { ownCommand } from "../options/own-command.ts";
import type { DisplayStyle } from "../display/progress.ts";
import { shownPath } from "../display/shown-path.ts";
import { sweepDisplayOf } from "./display.ts";
import type { Terminal } from "../display/terminal.ts";
import { lastText } from "../../files/regular-file.ts";
import { visible } from "../../files/visible.ts";

/** Lines at the end of a failed trial's log that are shown. */
const logLines = 10;
const logBytes = 2 ** 16;

/** Failed trials whose logs are shown. */
const mostLogs = 3;

/** How the sweep is driven and shown. */
export interface ShownDriving extends Pick<DriveOptions, "executor" | "threads" | "retries"> {
  readonly style: DisplayStyle;
}

/**
 * Runs what is not done and shows its progress; gives the progress of all trials then. `InterruptedError` when a signal
 * stopped it.
 */
export const driveShown = async (
  folder: SweepFolder,
  halving: HalvingValues | undefined,
  { style, ...driving }: ShownDriving,
  terminal: Terminal,
): Promise<readonly TrialState[]> => {
  const display = sweepDisplayOf(style, terminal);
  const note = (text: string): void => display.note(visible(text));
  let all: readonly TrialState[] = [];
  try {
    await interruptible(display, async (signal) => {
      all = await driveSweep(folder, halving, { ...driving, command: ownCommand(), signal, show: display.show, note });
    });
  } finally {
    display.close();
  }
  return all;
};

const logEnd = (folder: string): string => {
  const text = lastText(join(folder, "process.log"), logBytes);
  const lines = text.trimEnd().split("\n").slice(-logLines);
  return lines.map((line) => `  ${visible(line)}\n`).join("");
};

/**
 * Says what failed and why, and what is not done: cancelled, or with processes that died too often. `Error` when
 * anything is.
 */
export const reportFailures = async (all: readonly TrialState[], { errors, colors }: Terminal): Promise<void> => {
  const left = all.filter(({ progress, stopped }) => progress.status !== "done" && stopped !== true);
  const failed = left.filter(({ progress }) => progress.status === "failed");
  const others = left.filter(({ progress }) => progress.status !== "failed" && progress.status !== "waiting");
  for (const { trial, folder, progress } of [...failed, ...others].slice(0, mostLogs)) {
    const what = progress.status === "failed" ? colors.red("failed") : colors.yellow("not done");
    errors.write(
      `\n${what}: ${visible(trial.label)}, ${shownPath(join(folder, "process.log"))} ends with\n${logEnd(folder)}`,
    );
  }
  if (left.length === 0) return;
  const parts = [
    ...(failed.length > 0 ? [`${failed.length} of ${all.length} trials failed`] : []),
    ...(left.length > failed.length ? [`${left.length - failed.length} of ${all.length} trials are not done`] : []),
  ];
  throw new Error(`${parts.join(", ")}; the same command tries them again`);
};
