/** Rewards that are scored together are told apart by their names. */

/** `RangeError` for a name that occurs twice. */
export const checkDistinctNames = (rewards: readonly { readonly name: string }[]): void => {
  const names = new Set<string>();
  for (const { name } of rewards) {
    if (names.has(name))
      throw new RangeError(`rewards: expected different names, got ${name} twice; give one of them another "name"`);
    names.add(name);
  }
};
