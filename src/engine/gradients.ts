/**
 * Repairs of TensorFlow.js's gradients (4.22), for every backend: some forget that an operand was broadcast, and one
 * turns its axes round.
 */
import * as tf from "@tensorflow/tfjs";

/** Sums what was broadcast, so that the gradient has its operand's shape. */
const reduceTo = (gradient: tf.Tensor, shape: number[]): tf.Tensor => {
  if (gradient.shape.join() === shape.join()) return gradient;
  return tf.reshape(tf.sum(gradient, tf.broadcast_util.getReductionAxes(shape, gradient.shape)), shape);
};

const replace = (name: string, repair: (shipped: tf.GradFunc) => tf.GradFunc): void => {
  const shipped = tf.getGradient(name);
  if (shipped === undefined) throw new Error(`expected TensorFlow.js to have a gradient of ${name}; check its version`);
  tf.unregisterGradient(name);
  tf.registerGradient({ ...shipped, gradFunc: repair(shipped.gradFunc) });
};

/** These refuse operands of different shapes, although the op itself broadcasts. */
const withoutBroadcast = ["Maximum", "Minimum", "SquaredDifference", "BatchMatMul"];

let repaired = false;

/** Replaces them once in this thread. */
export const repairGradients = (): void => {
  if (repaired) return;
  repaired = true;
  for (const name of withoutBroadcast) {
    replace(name, (shipped) => (dy, saved, attributes) => {
      const { a, b } = shipped(dy, saved, attributes) as Record<"a" | "b", () => tf.Tensor>;
      const [left, right] = saved as [tf.Tensor, tf.Tensor];
      return { a: () => reduceTo(a(), left.shape), b: () => reduceTo(b(), right.shape) };
    });
  }
  // The shipped one transposes the result of a sum along any axis but the last: a square matrix gets a wrong gradient
  // without an error.
  replace("Cumsum", () => (dy, _, attributes) => {
    const { axis, exclusive, reverse } = attributes as unknown as {
      axis: number;
      exclusive: boolean;
      reverse: boolean;
    };
    return { x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse) };
  });
};

/**
 * As `tf.grads`, from within the gradient of another computation: TensorFlow.js forgets the outer one's tape, and with
 * it what the outer one has to free.
 */
export const gradsWithin = (
  f: (...xs: tf.Tensor[]) => tf.Tensor,
): ((xs: tf.Tensor[], dy: tf.Tensor) => tf.Tensor[]) => {
  const inner = tf.grads(f);
  return (xs, dy) => {
    const { state } = tf.engine() as unknown as { state: { activeTape: unknown } };
    const outer = state.activeTape;
    try {
      return inner(xs, dy);
    } finally {
      state.activeTape = outer;
    }
  };
};
