/**
 * The controller of TAID: how far the target has moved from the student to the teacher, sped up while the loss falls.
 * Host data.
 */
import type { Controller } from "./controller.ts";
import { numberAt, type Ramp } from "./schedule.ts";
import { defined } from "../../optional/defined.ts";

/** Parameters of adaptive interpolation. */
export interface AdaptiveInterpolationParameters {
  /** The least that the number is over the run; it starts at `from` and never passes `to`. */
  readonly schedule: Ramp;
  /** Share of the way that is left to 1 which the fastest step makes, in (0, 1]. */
  readonly rate: number;
  /** Of the moving average of the loss's relative change, in [0, 1). */
  readonly momentum: number;
  /** Name of the metric that is the loss. */
  readonly metric: string;
}

/** Plain data. */
export interface AdaptiveInterpolationState {
  /** t, for the next step. */
  readonly interpolation: number;
  /** Moving average of (previous loss - loss) / previous loss. */
  readonly change: number;
  /** The loss of the step before; absent until there was one. */
  readonly loss?: number;
}

/**
 * c <- m c + (1 - m) (l' - l) / l', l the loss and l' that of the step before; t <- min(to, max(schedule, t + rate
 * sigmoid(c) (1 - t))) (TAID, Shing et al., 2025, arXiv 2501.16937: rate 5e-4, m .99, .4 to 1). The first loss changes
 * nothing. Losses that are not above 0, as of a batch without tokens, are compared with nothing: a change relative to 0
 * has no size. `RangeError` for a schedule that falls, and for a rate or momentum outside its bounds; `TypeError` when
 * the metric is missing.
 */
export const adaptiveInterpolation = ({
  schedule,
  rate,
  momentum,
  metric,
}: AdaptiveInterpolationParameters): Controller<AdaptiveInterpolationState> => {
  const { from, to } = schedule;
  if (from > to) throw new RangeError(`adaptive-interpolation: expected a schedule that rises, got ${from} to ${to}`);
  if (!(rate > 0 && rate <= 1)) throw new RangeError(`adaptive-interpolation: expected a rate in (0, 1], got ${rate}`);
  if (!(momentum >= 0 && momentum < 1))
    throw new RangeError(`adaptive-interpolation: expected a momentum in [0, 1), got ${momentum}`);
  return {
    name: `adaptive-interpolation, ${JSON.stringify(schedule)}, rate ${rate}, momentum ${momentum}, ${metric}`,
    initial: { interpolation: from, change: 0 },
    value: ({ interpolation }) => interpolation,
    observe({ interpolation, change: before, loss: previous }, metrics, progress) {
      const loss = metrics[metric];
      if (loss === undefined)
        throw new TypeError(
          `adaptive-interpolation: expected the metric ${metric}, got ${Object.keys(metrics).join(", ")}`,
        );
      if (!(loss > 0)) return { interpolation, change: before, ...defined({ loss: previous }) };
      if (previous === undefined) return { interpolation, change: before, loss };
      const change = momentum * before + ((1 - momentum) * (previous - loss)) / previous;
      const moved = interpolation + (rate * (1 - interpolation)) / (1 + Math.exp(-change));
      return { interpolation: Math.min(to, Math.max(numberAt(schedule, progress), moved)), change, loss };
    },
  };
};
