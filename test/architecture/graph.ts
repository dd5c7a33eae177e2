/** Graphs of imports: circles in them. */

/** Each circle of a graph once, as the nodes along it. */
export const cycles = (graph: ReadonlyMap<string, readonly string[]>): string[][] => {
  const state = new Map<string, "open" | "done">();
  const found: string[][] = [];
  const path: string[] = [];
  const follow = (node: string): void => {
    state.set(node, "open");
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      if (state.get(next) === "open") found.push([...path.slice(path.indexOf(next)), next]);
      else if (!state.has(next)) follow(next);
    }
    path.pop();
    state.set(node, "done");
  };
  for (const node of graph.keys()) if (!state.has(node)) follow(node);
  return found;
};
