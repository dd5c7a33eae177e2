/**
 * A divergence between two next-token distributions: its formula at one position. `between.ts` and `top-k.ts` apply it
 * to tensors of positions.
 */
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
