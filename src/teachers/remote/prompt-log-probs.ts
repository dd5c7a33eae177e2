/** vLLM's `prompt_logprobs`: for each token of a prompt some of the log-probs of its position, by token id. */

/**
 * The number for a log-prob of minus infinity, as vLLM writes it: JSON has none. In nats; its probability is 0 in
 * float32.
 */
export const impossible = -9999;

/** One entry of a position. */
interface Entry {
  readonly id: number;
  readonly logProb: number;
  /** From 1; nothing where the server says none. */
  readonly rank: number | undefined;
}

/** `RangeError` says what of an answer is not as vLLM writes it. */
const refuse = (expected: string, got: unknown): RangeError =>
  new RangeError(`expected ${expected}, got ${JSON.stringify(got)?.slice(0, 120) ?? "nothing"}`);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A log-prob; what cannot be is -9999, whether it came as that, as null, or as less. A little above 0 is rounding. */
const logProbOf = (value: unknown): number => {
  if (value === null) return impossible;
  if (typeof value !== "number" || Number.isNaN(value) || value > 1e-3) throw refuse("a log-prob of at most 0", value);
  return Math.min(0, Math.max(impossible, value));
};

const entryOf = (key: string, value: unknown, vocabularySize: number): Entry => {
  const id = /^\d{1,10}$/.test(key) ? Number(key) : Number.NaN;
  if (!(id < vocabularySize)) throw refuse(`ids of the student's ${vocabularySize} tokens`, key);
  if (!isObject(value)) throw refuse(`{ logprob, rank } of token ${id}`, value);
  const { logprob = Number.NaN, rank } = value;
  return {
    id,
    logProb: logProbOf(logprob),
    rank: typeof rank === "number" && Number.isInteger(rank) && rank >= 1 ? rank : undefined,
  };
};

const entriesOf = (position: unknown, vocabularySize: number): Entry[] => {
  if (!isObject(position)) throw refuse("log-probs by token id", position);
  return Object.entries(position).map(([key, value]) => entryOf(key, value, vocabularySize));
};

/**
 * The positions of a completion [L], after those of the prompt, from the list of all. `RangeError` when the list is no
 * list of as many positions as there are tokens. The first position of all is null: nothing comes before it.
 */
export const completionPositions = (
  list: unknown,
  promptLength: number,
  completionLength: number,
): readonly unknown[] => {
  if (!Array.isArray(list) || list.length !== promptLength + completionLength) {
    throw refuse(`log-probs of ${promptLength + completionLength} positions`, Array.isArray(list) ? list.length : list);
  }
  if (promptLength === 0) throw new RangeError("expected a prompt of at least one token, got none");
  return (list as readonly unknown[]).slice(promptLength);
};

/** [L]: the log-prob of each position's own token. */
export const tokenLogProbs = (
  positions: readonly unknown[],
  tokens: Int32Array,
  vocabularySize: number,
): Float32Array =>
  Float32Array.from(positions, (position, t) => {
    const entry = entriesOf(position, vocabularySize).find(({ id }) => id === tokens[t]);
    if (entry === undefined) throw refuse(`the log-prob of token ${tokens[t]} at position ${t}`, position);
    return entry.logProb;
  });

/** [L, V]. */
export const allLogProbs = (positions: readonly unknown[], vocabularySize: number): Float32Array => {
  const all = new Float32Array(positions.length * vocabularySize);
  for (const [t, position] of positions.entries()) {
    const entries = entriesOf(position, vocabularySize);
    // Ids are distinct, as keys of an object, and below V: V of them are all.
    if (entries.length !== vocabularySize)
      throw refuse(`log-probs of all ${vocabularySize} tokens at position ${t}`, `${entries.length} of them`);
    for (const { id, logProb } of entries) all[t * vocabularySize + id] = logProb;
  }
  return all;
};

/**
 * By rank where all have one, else by log-prob; equals by id. The order of keys says nothing: JSON objects have none,
 * and JavaScript sorts ids.
 */
const likeliestFirst = (entries: readonly Entry[]): Entry[] => {
  const ranked = entries.every(({ rank }) => rank !== undefined);
  return entries.toSorted((a, b) => (ranked ? a.rank! - b.rank! : b.logProb - a.logProb) || a.id - b.id);
};

/**
 * [L, K] of the K likeliest tokens of each position, falling. A position also has its own token, which is left out
 * where it is none of them.
 */
export const topLogProbs = (
  positions: readonly unknown[],
  topK: number,
  vocabularySize: number,
): { logProbs: Float32Array; ids: Int32Array } => {
  const logProbs = new Float32Array(positions.length * topK);
  const ids = new Int32Array(positions.length * topK);
  for (const [t, position] of positions.entries()) {
    const best = likeliestFirst(entriesOf(position, vocabularySize)).slice(0, topK);
    if (best.length < topK) throw refuse(`the ${topK} likeliest tokens of position ${t}`, `${best.length} tokens`);
    for (const [k, { id, logProb }] of best.entries()) {
      if (k > 0 && logProb > best[k - 1]!.logProb + 1e-6)
        throw refuse(`ranks in the order of log-probs at position ${t}`, position);
      logProbs[t * topK + k] = logProb;
      ids[t * topK + k] = id;
    }
  }
  return { logProbs, ids };
};
