/** The learning rate over a run. */
import type { ScheduleSettings } from "./training-settings.ts";

/** What falls from 1 to 0 with the share of the decay that is done. */
const decayed = {
  linear: (progress) => 1 - progress,
  cosine: (progress) => (1 + Math.cos(Math.PI * progress)) / 2,
} satisfies Partial<Record<ScheduleSettings["decay"], (progress: number) => number>>;

/**
 * The fraction of the peak learning rate at `step` (from 1) of `steps`: rises linearly to 1 at the last step of
 * warm-up, stays there for `hold` steps, then decays to `final` at the last step; or, whatever the number of steps, as
 * sqrt(n / step) with n = max(1, warmup + hold) (Vaswani et al., 2017, section 5.3).
 */
export const learningRateFactor = (
  { warmup, hold = 0, decay, final }: ScheduleSettings,
  step: number,
  steps: number,
): number => {
  if (step <= warmup) return step / warmup;
  const from = warmup + hold;
  if (decay === "constant" || step <= from) return 1;
  if (decay === "inverse-square-root") return Math.sqrt(Math.max(1, from) / step);
  return final + (1 - final) * decayed[decay]((step - from) / (steps - from));
};
