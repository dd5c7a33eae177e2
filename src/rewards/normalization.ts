/**
 * Rewards on one scale: the values of a reward are normalised by themselves, before they are weighed and summed. Host
 * data.
 */
import { rewards, type RewardValues } from "./index.ts";
import type { RewardContext, RewardScore } from "./reward.ts";

/**
 * By which of its values a reward is normalised: those of the prompt's group, or all of the run so far, this step's
 * included.
 */
export type RewardNormalization = "group" | "running";

/** Of all values so far. */
interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
}

/** Moments of the rewards that are normalised by all of their values, by name; a checkpoint holds them. */
export type NormalizationState = Readonly<Record<string, Moments>>;

/** Sums up scores whose parts are normalised. */
export interface RewardNormalizer {
  /**
   * `scores` [prompts * group], those of one prompt side by side, in order of prompt and sample -> their sums, and the
   * next state.
   */
  sums(
    scores: readonly RewardScore[],
    group: number,
    state: NormalizationState,
  ): { readonly values: Float32Array; readonly state: NormalizationState };
}

/** One reward of the sum. */
export interface NormalizedMember {
  readonly name: string;
  readonly weight: number;
  /** As it is when left out. */
  readonly normalize?: RewardNormalization | undefined;
}

/** Added to a standard deviation: equal values are zero and not zero by zero. */
const epsilon = 1e-4;

const none: Moments = { count: 0, mean: 0, squares: 0 };

const momentsOf = (values: readonly number[]): Moments => {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return { count: values.length, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
};

/** Of both together (Chan, Golub and LeVeque, 1983). */
const joined = (one: Moments, other: Moments): Moments => {
  const count = one.count + other.count;
  if (count === 0) return none;
  const distance = other.mean - one.mean;
  const mean = one.mean + (distance * other.count) / count;
  return { count, mean, squares: one.squares + other.squares + (distance ** 2 * one.count * other.count) / count };
};

/** (r - mean) / (standard deviation + 1e-4), with the sample's deviation, of a single value 0. */
const normalized = (value: number, { count, mean, squares }: Moments): number =>
  (value - mean) / (Math.sqrt(squares / Math.max(1, count - 1)) + epsilon);

const present = (values: readonly (number | undefined)[]): number[] => values.filter((value) => value !== undefined);

/** Of every value those of its group. */
const byGroup = (values: readonly (number | undefined)[], group: number): (number | undefined)[] =>
  values.map((value, index) => {
    const first = index - (index % group);
    return value === undefined ? undefined : normalized(value, momentsOf(present(values.slice(first, first + group))));
  });

/**
 * value = sum over i of weight_i * n_i(r_i), with n(r) = (r - mean) / (standard deviation + 1e-4): over the group of
 * its prompt (Liu et al., GDPO, 2026, arXiv
 * 2601.05242), or over all values so far and those of this step. A score without parts, as one that replaces that of a
 * reward that failed, counts as it is and for no other mean. What is normalised after the sum is the objective's
 * (`normalize`).
 */
export const rewardNormalizer = (members: readonly NormalizedMember[]): RewardNormalizer => ({
  sums(scores, group, state) {
    const earlier = (name: string): Moments => (Object.hasOwn(state, name) ? state[name]! : none);
    const next: Record<string, Moments> = { ...state };
    const columns = members.map(({ name, weight, normalize }) => {
      const raw = scores.map(({ parts }) => (Object.hasOwn(parts, name) ? parts[name] : undefined));
      if (normalize === "running") next[name] = joined(earlier(name), momentsOf(present(raw)));
      const moments = normalize === "running" ? next[name]! : none;
      const scaled =
        normalize === "group"
          ? byGroup(raw, group)
          : raw.map((value) => (value === undefined || normalize === undefined ? value : normalized(value, moments)));
      return { weight, scaled };
    });
    const values = Float32Array.from(scores, ({ value }, row) => {
      const terms = columns.map(({ weight, scaled }) => (scaled[row] === undefined ? undefined : weight * scaled[row]));
      const all = present(terms);
      return all.length < terms.length ? value : all.reduce((sum, term) => sum + term, 0);
    });
    return { values, state: next };
  },
});

/**
 * The normaliser of an experiment file's list; nothing when none of its rewards is normalised. Throws what the members'
 * creators throw.
 */
export const normalizerOf = (list: readonly RewardValues[], context: RewardContext): RewardNormalizer | undefined => {
  if (list.every(({ normalize }) => normalize === undefined)) return undefined;
  return rewardNormalizer(
    list.map((values) => ({
      name: values.name ?? rewards.create(values, context).name,
      weight: values.weight ?? 1,
      normalize: values.normalize,
    })),
  );
};
