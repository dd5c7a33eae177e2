/** Divergences in double precision on host arrays, written from their definitions and without the closed forms of the source. */

/** log softmax in nats. */
export const logSoftmax = (logits: ArrayLike<number>): number[] => {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const normalizer = largest + Math.log(values.reduce((sum, z) => sum + Math.exp(z - largest), 0));
  return values.map((z) => z - normalizer);
};

/** A divergence of one place: teacher log-probs [V] and student logits [V] -> nats. */
export type ReferenceDivergence = (teacherLogProbs: ArrayLike<number>, studentLogits: ArrayLike<number>) => number;

const kl = (p: readonly number[], q: readonly number[]): number => p.reduce((sum, logP, i) => sum + Math.exp(logP) * (logP - q[i]!), 0);

/** KL(teacher || student). */
export const forwardKl: ReferenceDivergence = (teacher, student) => kl(Array.from(teacher), logSoftmax(student));

/** KL(student || teacher). */
export const reverseKl: ReferenceDivergence = (teacher, student) => kl(logSoftmax(student), Array.from(teacher));

/** Equation 1 of GKD; `mix` combines the two log-probs of one token. */
export const mixtureJsd =
  (beta: number, mix: (logP: number, logQ: number) => number): ReferenceDivergence =>
  (teacher, student) => {
    const p = Array.from(teacher);
    const q = logSoftmax(student);
    const m = p.map((logP, i) => mix(logP, q[i]!));
    return beta * kl(p, m) + (1 - beta) * kl(q, m);
  };

/** JSD(beta) with the mixture of probabilities. */
export const jsd = (beta: number): ReferenceDivergence =>
  mixtureJsd(beta, (logP, logQ) => {
    const [a, b] = [Math.log(beta) + logP, Math.log(1 - beta) + logQ];
    return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
  });

/** Central differences of `f` at `x`. */
export const finiteDifferences = (f: (x: readonly number[]) => number, x: ArrayLike<number>, step = 1e-5): number[] =>
  Array.from(x, (_, i) => {
    const moved = (by: number): number[] => Array.from(x, (value, j) => (j === i ? value + by : value));
    return (f(moved(step)) - f(moved(-step))) / (2 * step);
  });
