/** Rewards that are scored together are told apart by their names. */

/** Metrics of evaluations call the standard deviation so. */
const taken = "spread";

/** `RangeError` for a name that occurs twice, or that a metric beside those of rewards has. */
export const checkDistinctNames = (rewards: readonly { readonly name: string }[]): void => {
  const names = new Set<string>();
  for (const { name } of rewards) {
    if (name === taken)
      throw new RangeError(
        `rewards: expected another name than "${taken}", which is a metric's; give it another, ` +
          `such as "name": "own-${taken}"`,
      );
    if (names.has(name))
      throw new RangeError(
        `rewards: expected different names, got ${name} twice; give one of them another, such as "name": "${name}-2"`,
      );
    names.add(name);
  }
};
