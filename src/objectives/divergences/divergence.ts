/**
 * A divergence between two next-token distributions: its formula at one position. `between.ts` and `top-k.ts` apply it
 * to tensors of positions.
 */
import { pluginOf } from "../../plugins/plugin.ts";
import type { ClosedForm, Distribution } from "../arithmetic/distribution.ts";

/** A distance of the student Q from the teacher P over one vocabulary; its direction is always in its name. */
export interface Divergence {
  /** Names the divergence in metrics: `divergence/<name>`. */
  readonly name: string;
  /**
   * Value [...] in nats and gradient [..., V] with respect to the logits of Q, for any normalised P and Q of [..., V].
   * Finite for finite log-probs.
   */
  formula(teacher: Distribution, student: Distribution): ClosedForm;
  /**
   * Why the formula may not be applied to a vocabulary whose tail is merged into one bucket; absent where it may:
   * merged outcomes then give a lower bound that is zero exactly when the merged distributions agree (every
   * f-divergence, by the data processing inequality).
   */
  readonly refusesTail?: string;
}

/** Identities of a divergence that `retort check` can hold it to. */
export interface DivergenceLaws {
  /** D(P, P) = 0. */
  readonly zeroAtEqual?: boolean;
  /** D(P, Q) >= 0. */
  readonly nonNegative?: boolean;
  /** D(P, Q) = D(Q, P). */
  readonly symmetric?: boolean;
  /** D(P, Q) <= this. */
  readonly atMost?: number;
}

/** Fixes the types of a divergence in a module of one's own: `export default defineDivergence({ create: ... })`. */
export const defineDivergence = pluginOf<void, Divergence, DivergenceLaws>("divergence");
