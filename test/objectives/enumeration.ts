/** All completions of a bigram policy over 4 tokens: expectations are finite sums, in double precision, against which objectives are proven. */
import { expect } from "vitest";
import type { Objective, Signal } from "../../src/objectives/objective.ts";
import { normal, stream } from "../../src/random/stream.ts";
import type { Evaluate } from "../laws/evaluate.ts";
import { objectiveProgram, type HostBatch } from "../laws/objective.laws.ts";
import { finiteDifferences, logSoftmax, type ReferenceDivergence } from "./reference.ts";

/** Tokens. */
export const V = 4;

/** Most tokens of a completion. */
const longest = 3;

/** Positions of a row, T: one of the prompt, then those of the completion. */
export const width = 1 + longest;

/** Rows of a table: the start, and each token as the one before. */
const contexts = V + 1;

/** A bigram policy: the logits [contexts, V] of the next token, flat. Every number is one of float32. */
export type Table = readonly number[];

/** A completion: its tokens. */
export type Completion = readonly number[];

/** Normal logits that depend only on the name. */
export const tableOf = (name: string, scale = 1): Table => {
  const uniforms = stream(5, "test", name);
  return Array.from(Float32Array.from({ length: contexts * V }, () => scale * normal(uniforms)));
};

/** A table a little off another: the student some steps ago. */
export const near = (table: Table, name: string, distance = 0.3): Table => {
  const noise = tableOf(name, distance);
  return table.map((logit, i) => Math.fround(logit + noise[i]!));
};

/** The 64 completions of three tokens each. */
export const fixedLength: readonly Completion[] = Array.from({ length: V ** longest }, (_, i) => [
  Math.floor(i / (V * V)),
  Math.floor(i / V) % V,
  i % V,
]);

/** The 40 completions of one to three tokens when token 3 ends a sequence; three tokens without it are cut there. */
export const ending: readonly Completion[] = [
  ...new Map(
    fixedLength.map((completion) => {
      const end = completion.indexOf(V - 1);
      const kept = end === -1 ? completion : completion.slice(0, end + 1);
      return [kept.join(), kept] as const;
    }),
  ).values(),
];

/** Both forms of the policy, by name. */
export const forms: readonly (readonly [name: string, completions: readonly Completion[]])[] = [
  ["completions of three tokens", fixedLength],
  ["completions of one to three tokens", ending],
];

/** Every ordered pair of 0..count-1: all that a group of two can be. */
export const pairsOf = (count: number): readonly (readonly [number, number])[] =>
  Array.from({ length: count * count }, (_, k) => [Math.floor(k / count), k % count]);

/** A reward of each completion: it depends on all of its tokens, and is above zero on average. */
export const rewardsOf = (completions: readonly Completion[]): number[] =>
  completions.map((tokens) => {
    const [first, last] = [tokens[0]!, tokens.at(-1)!];
    return 1 + (first === last ? 2 : 0) + (tokens.length > 1 && tokens[1]! > first ? 0.5 : 0) - 0.25 * last + 0.125 * tokens.length;
  });

/** The row of the table that token t of a completion is drawn from. */
const contextOf = (completion: Completion, t: number): number => (t === 0 ? 0 : completion[t - 1]! + 1);

const rowsOf = (table: Table): number[][] => Array.from({ length: contexts }, (_, row) => table.slice(row * V, (row + 1) * V));

/** log q(y_t | y_<t) of every token of every completion, in nats. */
export const tokenLogProbsOf = (table: Table, completions: readonly Completion[]): number[][] => {
  const logProbs = rowsOf(table).map(logSoftmax);
  return completions.map((completion) => completion.map((token, t) => logProbs[contextOf(completion, t)]![token]!));
};

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** log q(y) of every completion, in nats. */
export const logProbsOf = (table: Table, completions: readonly Completion[]): number[] => tokenLogProbsOf(table, completions).map(total);

/** q(y) of every completion. */
export const probabilitiesOf = (table: Table, completions: readonly Completion[]): number[] => logProbsOf(table, completions).map(Math.exp);

/** sum of weights x values. */
export const expectation = (weights: readonly number[], values: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0);

/** E over y ~ q of value(y). */
export const expectedValue = (table: Table, completions: readonly Completion[], values: readonly number[]): number =>
  expectation(probabilitiesOf(table, completions), values);

/** KL(q || p) of whole completions, in nats. */
export const sequenceKl = (q: Table, p: Table, completions: readonly Completion[]): number => {
  const [logQ, logP] = [logProbsOf(q, completions), logProbsOf(p, completions)];
  return total(logQ.map((logProb, i) => Math.exp(logProb) * (logProb - logP[i]!)));
};

/**
 * E over y ~ `drawnBy` of sum over tokens of weight(y) x D(teacher || student) at the token's prefix, D over the whole vocabulary. As a function of
 * the student alone it has the gradient at fixed prefixes: none goes through the sampling. `weight` is 1 when left out.
 */
export const atPrefixes = (
  divergence: ReferenceDivergence,
  tables: { readonly drawnBy: Table; readonly teacher: Table; readonly student: Table },
  completions: readonly Completion[],
  weight: (completion: Completion, t: number) => number = () => 1,
): number => {
  const [teacher, student] = [rowsOf(tables.teacher).map(logSoftmax), rowsOf(tables.student)];
  const nats = teacher.map((logProbs, row) => divergence(logProbs, student[row]!));
  const values = completions.map((completion) => total(completion.map((_, t) => weight(completion, t) * nats[contextOf(completion, t)]!)));
  return expectedValue(tables.drawnBy, completions, values);
};

/** The gradient [contexts * V] of a function of the table, by central differences in double precision. */
export const gradientOf = (value: (table: Table) => number, table: Table): number[] => finiteDifferences(value, table);

/**
 * The gradient of sum over y of weight(y) x sum over t of c(y, t) log q(y_t | y_<t), the c held constant: what every sampled estimator has, with
 * weights the probabilities of whatever drew y. `coefficients` are by completion and token.
 */
export const gradientOfScores = (
  student: Table,
  completions: readonly Completion[],
  weights: readonly number[],
  coefficients: readonly (readonly number[])[],
): number[] =>
  gradientOf(
    (table) =>
      expectation(
        weights,
        tokenLogProbsOf(table, completions).map((logProbs, i) => expectation(logProbs, coefficients[i]!)),
      ),
    student,
  );

/** [B * width * V] of a table's row at every position of the completions; positions of prompt and padding have the start's. */
const atPositions = (rows: readonly (readonly number[])[], completions: readonly Completion[]): Float32Array =>
  Float32Array.from(
    completions.flatMap((completion) => [
      ...rows[0]!,
      ...Array.from({ length: longest }, (_, t) => rows[t < completion.length ? contextOf(completion, t) : 0]!).flat(),
    ]),
  );

/** [B * width]: `value` of each token, and `outside` elsewhere. */
const perToken = (completions: readonly Completion[], value: (row: number, t: number) => number, outside: number): Float32Array =>
  Float32Array.from(
    completions.flatMap((completion, row) => [
      outside,
      ...Array.from({ length: longest }, (_, t) => (t < completion.length ? value(row, t) : outside)),
    ]),
  );

/** The signal `teacherLogProbs` [B, T, V]. */
export const teacherSignal = (teacher: Table, completions: readonly Completion[]): Float32Array =>
  atPositions(rowsOf(teacher).map(logSoftmax), completions);

/** The signals `referenceLogProbs` and `behaviorLogProbs` [B, T] of a policy. */
export const targetSignal = (table: Table, completions: readonly Completion[]): Float32Array => {
  const logProbs = tokenLogProbsOf(table, completions);
  return perToken(completions, (row, t) => logProbs[row]![t]!, -1);
};

/** A signal [B, T] that depends on the prefix of each token alone, as `values` do. */
export const prefixSignal = (value: (prefix: Completion) => number, completions: readonly Completion[]): Float32Array =>
  perToken(completions, (row, t) => value(completions[row]!.slice(0, t)), 1);

/** What the student says of a batch of completions, and the tokens. */
const tokensOf = (student: Table, completions: readonly Completion[]) => ({
  studentLogits: atPositions(rowsOf(student), completions),
  targets: Int32Array.from(perToken(completions, (row, t) => completions[row]![t]!, 0)),
  completionMask: perToken(completions, () => 1, 0),
});

/**
 * The gradient [contexts * V] of B x the objective's loss with respect to the student's table, of each row apart, for a batch of these completions.
 * For averages over sequences that is the gradient of a batch of one, all of them in one run. `signals` are what the objective needs; `fromStudent`
 * is 1 unless given.
 */
export const rowGradients = async (
  evaluate: Evaluate,
  objective: Objective<Signal>,
  student: Table,
  completions: readonly Completion[],
  signals: Partial<Omit<HostBatch, keyof ReturnType<typeof tokensOf>>>,
): Promise<number[][]> => {
  const B = completions.length;
  const all = { fromStudent: new Float32Array(B).fill(1), ...signals, ...tokensOf(student, completions) };
  const { gradient } = await evaluate(objectiveProgram(objective, [B, width, V]), all);
  return completions.map((completion, row) => {
    const table = Array.from(student, () => 0);
    for (let position = 0; position < width; position += 1) {
      const t = position - 1;
      const context = t >= 0 && t < completion.length ? contextOf(completion, t) : 0;
      for (let i = 0; i < V; i += 1) table[context * V + i]! += B * gradient![(row * width + position) * V + i]!;
    }
    return table;
  });
};

/** sum of weights x gradients: the expected gradient. */
export const expectedGradient = (weights: readonly number[], gradients: readonly (readonly number[])[]): number[] =>
  gradients[0]!.map((_, x) =>
    expectation(
      weights,
      gradients.map((gradient) => gradient[x]!),
    ),
  );

/** E |g - E g|^2: the trace of the covariance of the gradient. */
export const variance = (weights: readonly number[], gradients: readonly (readonly number[])[]): number => {
  const mean = expectedGradient(weights, gradients);
  return expectation(
    weights,
    gradients.map((gradient) => total(gradient.map((g, x) => (g - mean[x]!) ** 2))),
  );
};

/** Rows that a batch of groups consists of, each once, and how much of the expectation over groups it is. */
export interface GroupRows {
  readonly completions: readonly Completion[];
  readonly advantages: Float32Array;
  readonly weights: readonly number[];
}

/**
 * The rows of all groups of two completions drawn with probabilities `q`. `advantages` are those of the pairs of `pairsOf` in turn, two each; rows of
 * one completion and one advantage are the same row. The mean over a group of what its rows give has the expectation of `weights` over rows.
 */
export const groupRows = (completions: readonly Completion[], q: readonly number[], advantages: readonly number[]): GroupRows => {
  const rows = new Map<string, { readonly completion: Completion; readonly advantage: number; readonly weight: number }>();
  for (const [k, pair] of pairsOf(completions.length).entries()) {
    for (const [n, i] of pair.entries()) {
      const advantage = Math.fround(advantages[2 * k + n]!);
      const key = `${i} ${advantage}`;
      const before = rows.get(key)?.weight ?? 0;
      rows.set(key, { completion: completions[i]!, advantage, weight: before + (q[pair[0]]! * q[pair[1]]!) / 2 });
    }
  }
  const all = [...rows.values()];
  return {
    completions: all.map(({ completion }) => completion),
    advantages: Float32Array.from(all, ({ advantage }) => advantage),
    weights: all.map(({ weight }) => weight),
  };
};

/** Expects every number to be within `tolerance` of `factor` times the expected one. */
export const expectSame = (actual: readonly number[], expected: readonly number[], factor = 1, tolerance = 1e-6): void => {
  expect(actual.length).toBe(expected.length);
  expect(Math.max(...expected.map((value, i) => Math.abs(actual[i]! - factor * value)))).toBeLessThan(tolerance);
};

/** Cosine of the angle between two gradients: 1 when one is a multiple of the other. */
export const cosine = (a: readonly number[], b: readonly number[]): number =>
  expectation(a, b) / Math.sqrt(expectation(a, a) * expectation(b, b));

/** Largest difference of two gradients, in units of the largest number of the second. */
export const distance = (actual: readonly number[], expected: readonly number[]): number =>
  Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value))) / Math.max(...expected.map(Math.abs));
