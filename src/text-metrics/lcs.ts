/** The longest common subsequence of two sequences of words. */

/** Its length, by dynamic programming in time |a| |b| and memory |b|. */
export const lcsLength = (a: readonly string[], b: readonly string[]): number => {
  const ids = new Map<string, number>();
  const idOf = (word: string): number => {
    const known = ids.get(word);
    if (known !== undefined) return known;
    ids.set(word, ids.size);
    return ids.size - 1;
  };
  const columns = Int32Array.from(b, idOf);
  const row = new Uint32Array(b.length + 1);
  for (const word of a) {
    const id = idOf(word);
    let diagonal = 0;
    for (let at = 0; at < columns.length; at += 1) {
      const above = row[at + 1]!;
      row[at + 1] = columns[at] === id ? diagonal + 1 : Math.max(above, row[at]!);
      diagonal = above;
    }
  }
  return row[b.length]!;
};
