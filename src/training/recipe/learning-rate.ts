/** The learning rate over a run. */
import type { ScheduleSettings } from "./training-settings.ts";

const decayed: Readonly<Record<ScheduleSettings["decay"], (progress: number) => number>> = {
  constant: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => (1 + Math.cos(Math.PI * progress)) / 2,
};

/**
 * The fraction of the peak learning rate at `step` (from 1) of `steps`: rises linearly to 1 at the last step of
 * warm-up, stays there for `hold` steps, then decays to `final` at the last step.
 */
export const learningRateFactor = (
  { warmup, hold = 0, decay, final }: ScheduleSettings,
  step: number,
  steps: number,
): number => {
  if (step <= warmup) return step / warmup;
  const from = warmup + hold;
  if (decay === "constant" || step <= from) return 1;
  return final + (1 - final) * decayed[decay]((step - from) / (steps - from));
};
