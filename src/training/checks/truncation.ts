/** Values that are cut off: completions at the limit of tokens, rewards and importance ratios at their bounds. */
import type { Check } from "./check.ts";

/** From this share on, what is left says little about the whole. */
const most = 0.95;

const percent = (share: number): string => `${Math.round(100 * share)}%`;

/**
 * Nearly all completions of the student reach the limit of tokens. A student that has just begun does so too: hence
 * patience.
 */
export const truncated = (patience: number): Check => ({
  name: "truncated",
  patience,
  remedy:
    "the student does not end its completions, and rewards see fragments: raise rollouts.maxNewTokens, or " +
    "teach it to end (supervised fine-tuning first)",
  inspect({ logged }) {
    const own = logged.filter(({ source }) => source === "student");
    const share = own.filter(({ finish }) => finish === "length").length / own.length;
    return share >= most
      ? { count: 1, seen: `${percent(share)} of ${own.length} completions were cut at the limit of tokens` }
      : undefined;
  },
});

/** Metrics that are shares of values that were cut. */
const cuts: Readonly<Record<string, string>> = { "policy/cut": "importance ratios", "rewards/cut": "rewards" };

/** Nearly all rewards, or nearly all importance ratios, are at their bounds. */
export const cut = (patience: number): Check => ({
  name: "cut",
  patience,
  remedy:
    "what is cut has no gradient or tells nothing apart: widen the bounds, lower the learning rate, or take " +
    "fewer updates on each batch",
  inspect({ metrics }) {
    const seen = Object.entries(cuts).flatMap(([name, what]) => {
      // A sum's later terms report theirs as `policy/cut/<term>`.
      const shares = Object.entries(metrics).flatMap(([key, share]) =>
        key === name || key.startsWith(`${name}/`) ? [share] : [],
      );
      return shares.filter((share) => share >= most).map((share) => `${percent(share)} of the ${what} were cut`);
    });
    return seen.length === 0 ? undefined : { count: seen.length, seen: seen.join(" and ") };
  },
});
