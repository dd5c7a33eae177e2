/** The layout that all baselines share: the completions of one prompt are side by side. */

/** Throws `RangeError` unless `rewards` are whole groups of `group` completions; `owner` names the baseline. */
export const checkGroups = (owner: string, rewards: Float32Array, group: number): void => {
  if (!Number.isInteger(group) || group < 1 || rewards.length % group !== 0) {
    throw new RangeError(
      `${owner}: expected rewards in whole groups, got ${rewards.length} rewards in groups of ${group}`,
    );
  }
};
