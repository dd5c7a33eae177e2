/**
 * What memory a program takes on ONNX Runtime, from the sizes that it was recorded with; nothing is compiled or run.
 */
import { bytesOf, type Program, type TensorSpec } from "../program.ts";
import { Arena, type Block } from "./arena.ts";
import { isScope, liveNodes, readBy, type Node, type Scope } from "../recording/graph.ts";
import { record } from "../recording/record.ts";

/** Bytes. */
export interface ProgramMemory {
  /** Of the inputs, which whoever runs the program holds. */
  readonly inputs: number;
  /**
   * Most that a run takes beside them: constants, what is computed on the way, and the outputs, which are copied out of
   * the runtime's own memory.
   */
  readonly running: number;
  /** Of `running`, the copies of the outputs; the rest the runtime keeps for the next run. */
  readonly outputs: number;
}

/** Operators whose result may overwrite an operand that no later node reads. */
const inPlace: ReadonlySet<string> = new Set(
  (
    "Add Sub Mul Div Exp Log Sqrt Neg Relu Sigmoid Tanh Erf Abs Reciprocal Sign Floor Ceil Softplus Clip Not " +
    "And Or Cast " +
    "ScatterND ScatterElements"
  ).split(" "),
);

/** The nodes as ONNX Runtime runs them: depth first from the last result, of several operands the newest first. */
const inRunOrder = (scope: Scope): readonly Node[] => {
  const nodes = liveNodes(scope);
  const makers = new Map(nodes.flatMap(({ outputs }, i) => outputs.map((name) => [name, i] as const)));
  const makersOf = (names: readonly string[]): number[] =>
    [...new Set(names.flatMap((name) => makers.get(name) ?? []))].toSorted((a, b) => a - b);
  const seen = new Set<number>();
  const order: Node[] = [];
  const waiting = makersOf(scope.outputs.map(({ name }) => name)).map((node) => ({ node, isRead: false }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, isRead } = next;
    if (isRead) order.push(nodes[node]!);
    if (isRead || seen.has(node)) continue;
    seen.add(node);
    waiting.push({ node, isRead: true });
    for (const before of makersOf(readBy(nodes[node]!)))
      if (!seen.has(before)) waiting.push({ node: before, isRead: false });
  }
  return order;
};

/** A value in memory. */
interface Held {
  readonly bytes: number;
  readonly block: Block;
}

/** Goes through the nodes of a scope, each result in the arena from where it is made to where it is read last. */
const walk = (scope: Scope, known: ReadonlyMap<string, number>, arena: Arena): void => {
  const nodes = inRunOrder(scope);
  const sizes = new Map(known);
  const owners = new Map<string, string>();
  const ownerOf = (name: string): string => owners.get(name) ?? name;
  const lastRead = new Map<string, number>();
  for (const [i, node] of nodes.entries()) {
    // Where a kernel has a result of its own on the way, that is about as large as what it is made of.
    const largest = Math.max(0, ...node.inputs.map((name) => sizes.get(name) ?? 0));
    for (const name of node.outputs) if (!sizes.has(name)) sizes.set(name, largest);
    // A reshaped tensor is the same memory.
    if (node.operator === "Reshape") owners.set(node.outputs[0]!, ownerOf(node.inputs[0]!));
    for (const name of [...readBy(node), ...node.outputs]) lastRead.set(ownerOf(name), i);
  }
  for (const { name } of scope.outputs) lastRead.set(ownerOf(name), nodes.length);
  const held = new Map<string, Held>();
  for (const [i, node] of nodes.entries()) {
    const ended = (name: string): boolean => lastRead.get(name) === i;
    for (const name of node.outputs.filter((output) => ownerOf(output) === output)) {
      const bytes = sizes.get(name)!;
      const free = inPlace.has(node.operator)
        ? node.inputs.map(ownerOf).find((input) => ended(input) && held.get(input)?.bytes === bytes)
        : undefined;
      held.set(name, { bytes, block: free === undefined ? arena.allocate(bytes) : held.get(free)!.block });
      if (free !== undefined) held.delete(free);
    }
    const { body } = node.attributes;
    if (body !== undefined && isScope(body)) walk(body, sizes, arena);
    for (const name of new Set([...readBy(node), ...node.outputs].map(ownerOf))) {
      if (!ended(name)) continue;
      const value = held.get(name);
      if (value !== undefined) arena.release(value.block);
      held.delete(name);
    }
  }
  for (const { block } of held.values()) arena.release(block);
};

const total = (specs: Readonly<Record<string, TensorSpec>>): number =>
  Object.values(specs).reduce((sum, spec) => sum + bytesOf(spec), 0);

/** The memory of a program. Errors are those of recording it. */
export const programMemory = (program: Program): ProgramMemory => {
  const { graph, outputs } = record(program);
  const { main, sizes, constants } = graph.extent();
  const arena = new Arena();
  walk(main, sizes, arena);
  const copies = total(outputs);
  return { inputs: total(program.inputs), running: constants + arena.touched + copies, outputs: copies };
};
