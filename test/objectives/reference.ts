/** Divergences in double precision on host arrays, written from their definitions and without the closed forms of the source. */

/** log softmax in nats. */
export const logSoftmax = (logits: ArrayLike<number>): number[] => {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const normalizer = largest + Math.log(values.reduce((sum, z) => sum + Math.exp(z - largest), 0));
  return values.map((z) => z - normalizer);
};

/** A divergence of one position: teacher log-probs [V] and student logits [V] -> nats. */
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

/** (1/2) sum |P - Q|. */
export const totalVariation: ReferenceDivergence = (teacher, student) =>
  0.5 * logSoftmax(student).reduce((sum, logQ, i) => sum + Math.abs(Math.exp(teacher[i]!) - Math.exp(logQ)), 0);

/** KL(teacher || student) + KL(student || teacher). */
export const jeffreys: ReferenceDivergence = (teacher, student) => forwardKl(teacher, student) + reverseKl(teacher, student);

const logOfMixture = (share: number, a: readonly number[], b: readonly number[]): number[] =>
  a.map((x, i) => {
    const largest = Math.max(x, b[i]!);
    return largest + Math.log(share * Math.exp(x - largest) + (1 - share) * Math.exp(b[i]! - largest));
  });

/** KL(teacher || alpha teacher + (1 - alpha) student). */
export const skewKl =
  (alpha: number): ReferenceDivergence =>
  (teacher, student) => {
    const p = Array.from(teacher);
    return kl(p, logOfMixture(alpha, p, logSoftmax(student)));
  };

/** KL(student || alpha student + (1 - alpha) teacher). */
export const skewReverseKl =
  (alpha: number): ReferenceDivergence =>
  (teacher, student) => {
    const q = logSoftmax(student);
    return kl(q, logOfMixture(alpha, q, Array.from(teacher)));
  };

/**
 * Share of the gap |P - Q| that is on the teacher's head: the tokens that have at most mu together with all that are at least as likely, and the
 * likeliest always.
 */
export const headGapShare =
  (mu: number): ReferenceDivergence =>
  (teacher, student) => {
    const p = Array.from(teacher, Math.exp);
    const gaps = logSoftmax(student).map((logQ, i) => Math.abs(p[i]! - Math.exp(logQ)));
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0);
    const inHead = p.map((level) => level === Math.max(...p) || sum(p.filter((other) => other >= level)) <= mu);
    const all = sum(gaps);
    return all === 0 ? 0.5 : sum(gaps.filter((_, i) => inHead[i])) / all;
  };

/** weight x forward KL + (1 - weight) x reverse KL. */
export const weightedKls =
  (weight: number): ReferenceDivergence =>
  (teacher, student) =>
    weight * forwardKl(teacher, student) + (1 - weight) * reverseKl(teacher, student);

/** AKL with its weight at the position itself. */
export const adaptiveKl =
  (mu: number): ReferenceDivergence =>
  (teacher, student) =>
    weightedKls(headGapShare(mu)(teacher, student))(teacher, student);

/** The alpha-beta divergence from its general definition, both exponents and their sum other than 0. */
export const alphaBeta =
  (a: number, b: number): ReferenceDivergence =>
  (teacher, student) =>
    logSoftmax(student).reduce((sum, y, i) => {
      const [p, q] = [Math.exp(teacher[i]!), Math.exp(y)];
      return sum - (p ** a * q ** b - (a / (a + b)) * p ** (a + b) - (b / (a + b)) * q ** (a + b)) / (a * b);
    }, 0);

/** Its definition at beta = 0; with teacher and student the other way round, at alpha = 0. */
export const powerKl =
  (a: number): ReferenceDivergence =>
  (teacher, student) =>
    logSoftmax(student).reduce((sum, y, i) => {
      const [p, q] = [Math.exp(teacher[i]!), Math.exp(y)];
      return sum + (p ** a * (teacher[i]! - y) * a - p ** a + q ** a) / a ** 2;
    }, 0);

/** Its definition at (0, 0): (1/2) sum log(P / Q)^2. */
export const squaredLogRatio: ReferenceDivergence = (teacher, student) =>
  0.5 * logSoftmax(student).reduce((sum, y, i) => sum + (teacher[i]! - y) ** 2, 0);

/** Rényi divergence of the teacher from the student. */
export const renyi =
  (order: number): ReferenceDivergence =>
  (teacher, student) =>
    Math.log(logSoftmax(student).reduce((sum, y, i) => sum + Math.exp(teacher[i]!) ** order * Math.exp(y) ** (1 - order), 0)) / (order - 1);

/** Central differences of `f` at `x`. */
export const finiteDifferences = (f: (x: readonly number[]) => number, x: ArrayLike<number>, step = 1e-5): number[] =>
  Array.from(x, (_, i) => {
    const moved = (by: number): number[] => Array.from(x, (value, j) => (j === i ? value + by : value));
    return (f(moved(step)) - f(moved(-step))) / (2 * step);
  });
