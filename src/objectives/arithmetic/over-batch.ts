/**
 * Sums over all rows of a batch, where a program sees a part of them: with these as denominators the losses of the
 * parts
 * add up to the loss of the batch.
 */
import * as tf from "@tensorflow/tfjs";

/** What `overBatch` does while an objective is built: writes sums of the part down, or reads those of the batch. */
type Rows = { readonly part: tf.Tensor[] } | { readonly batch: readonly tf.Tensor[]; read: number };

let rows: Rows | undefined;

/**
 * `sum`, a number that the rows of a part add up to -> the same of the whole batch. Where all rows are in the
 * program, as
 * they are unless `training.microBatch` says otherwise, it is the sum itself. It is constant in the logits: what is
 * divided by it has no gradient through it.
 */
export const overBatch = <T extends tf.Tensor>(sum: T): T => {
  if (rows === undefined) return sum;
  if ("part" in rows) {
    rows.part.push(tf.keep(tf.clone(sum)));
    return sum;
  }
  const total = rows.batch[rows.read];
  if (total === undefined) throw new RangeError(`expected ${rows.batch.length} sums over the batch, got more`);
  rows.read += 1;
  return tf.reshape(total, sum.shape) as T;
};

const within = <R>(given: Rows, build: () => R): R => {
  if (rows !== undefined) throw new Error("expected one batch at a time, got another within it");
  rows = given;
  try {
    return build();
  } finally {
    rows = undefined;
  }
};

/** The sums [] that `build` asks of a part, in order; how often it asks depends on no value. */
export const sumsOfPart = (build: () => void): readonly tf.Tensor[] => {
  const part: tf.Tensor[] = [];
  within({ part }, build);
  return part.map((sum) => {
    const owned = tf.clone(sum);
    sum.dispose();
    return owned;
  });
};

/**
 * What `build` gives for a part, with the batch's sums in the order of `sumsOfPart`. `RangeError` when it asks for
 * more or fewer.
 */
export const partOfBatch = <R>(batch: readonly tf.Tensor[], build: () => R): R => {
  const given = { batch, read: 0 };
  const result = within(given, build);
  if (given.read !== batch.length)
    throw new RangeError(`expected ${batch.length} sums over the batch, got ${given.read}`);
  return result;
};
