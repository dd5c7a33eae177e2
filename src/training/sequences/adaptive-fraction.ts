/** An on-policy fraction that rises when the student gets worse on references (DistiLLM). */
import type { Controller } from "../../objectives/schedules/controller.ts";

/** What the controller remembers; plain data. */
export interface AdaptiveState {
  /** How often the fraction has risen. */
  readonly rises: number;
  /** The loss in nats that the next one is compared with; null before the first. */
  readonly loss: number | null;
  /** Progress of the newest loss; -1 before the first. */
  readonly at: number;
}

/** The state before the first loss. */
export const noLoss: AdaptiveState = { rises: 0, loss: null, at: -1 };

/** How the fraction moves. */
export interface AdaptiveOptions {
  /** Fraction before the first rise. */
  readonly start: number;
  /** What a rise adds. */
  readonly rise: number;
  /** Nats by which the loss must have grown. */
  readonly tolerance: number;
}

/** Name of the metric that the controller reads: mean negative log-likelihood in nats of held-out references. */
export const validationLoss = "validation-loss";

/**
 * lambda = min(1, start + rises * rise). It rises when the validation loss is at least the previous one plus the
 * tolerance; the previous one is that of the last rise, or the first (Ko et al., 2024, arXiv 2402.03898, and its
 * authors' code: start 0, rise .1, tolerance .1). A second loss at the same progress changes nothing, so that a run
 * that resumes may be validated again.
 */
export const adaptiveFraction = ({ start, rise, tolerance }: AdaptiveOptions): Controller<AdaptiveState> => ({
  name: "on-policy-fraction",
  initial: noLoss,
  value: ({ rises }) => Math.min(1, start + rises * rise),
  observe(state, metrics, progress) {
    const loss = metrics[validationLoss];
    if (loss === undefined || progress <= state.at) return state;
    if (state.loss === null) return { ...state, loss, at: progress };
    return loss >= state.loss + tolerance ? { rises: state.rises + 1, loss, at: progress } : { ...state, at: progress };
  },
});
