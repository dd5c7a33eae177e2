/** One training of a file, to its end or to where it pauses. */
import type { Observable } from "rxjs";
import type { TrainOptions } from "../../training/train.ts";
import { outcomeOf, type Outcome } from "../../training/recipe/headline.ts";
import type { Finished, ProgressReport, StepReport } from "../../training/recipe/step-report.ts";
import type { RunStore } from "../../runs/folder/run-store.ts";

/** How it is followed. */
export interface TrainingFollowers {
  readonly report: (report: ProgressReport) => void;
  /** Where it is written down, if it is. */
  readonly store?: Pick<RunStore, "lines" | "log">;
  /** Called before a checkpoint is written; what it throws ends the training without one. */
  readonly check?: () => void;
}

/** What a training leaves. */
export interface Trained {
  /** Nothing when it paused. */
  readonly finished: Finished | undefined;
  /** Of the last evaluation. */
  readonly outcome: Outcome;
  /** Wall-clock time, with that of steps that were done by an earlier attempt. */
  readonly milliseconds: number;
}

/**
 * Follows a training, which `start` begins with the options given or resumes from the newest checkpoint in their
 * folder, until it ends or pauses. Rejects with what made it fail, or with the signal's reason.
 */
export const trainToEnd = async (
  start: (options: TrainOptions) => Observable<StepReport>,
  options: TrainOptions & { readonly folder: string; readonly signal: AbortSignal },
  { report: tell, store, check }: TrainingFollowers,
): Promise<Trained> => {
  const lines = store?.lines;
  const began = performance.now();
  let [outcome, finished, before, resumed]: [Outcome, Finished | undefined, number, boolean] = [
    {},
    undefined,
    0,
    false,
  ];
  const rewind = (step: number): void => {
    resumed = true;
    lines?.rewind(step);
    before = lines?.milliseconds() ?? 0;
  };
  const follow = (report: StepReport): void => {
    if (report.kind === "resumed") rewind(report.step);
    else if (!resumed && report.kind !== "damaged") rewind(0);
    if (report.kind === "finished") finished = report;
    else if (report.kind === "rollouts") {
      lines?.rollouts(report);
      store?.log.rollouts(report);
    } else if (report.kind === "timeline") lines?.timeline(report);
    else {
      if (report.kind === "evaluation") outcome = outcomeOf(report.metrics);
      lines?.report(report);
      store?.log.report(report);
      tell(report);
    }
  };
  // What cannot be written down, as on a full disk, ends the training before it is learned from further.
  const unwritten = new AbortController();
  const signal = AbortSignal.any([options.signal, unwritten.signal]);
  const secure = (): void => {
    check?.();
    lines?.secure();
  };
  await new Promise<void>((resolve, reject) => {
    start({ ...options, signal, secure }).subscribe({
      next: (report) => {
        if (unwritten.signal.aborted) return;
        try {
          follow(report);
        } catch (error) {
          unwritten.abort(error);
        }
      },
      complete: resolve,
      error: reject,
    });
  });
  unwritten.signal.throwIfAborted();
  return { finished, outcome, milliseconds: before + performance.now() - began };
};
