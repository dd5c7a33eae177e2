/**
 * A graph of ONNX's operators under construction: nodes in scopes, constants, and what of them is read.
 */
import { bytesOf, type DataType, type TensorSpec, type TypedArray } from "../program.ts";

/** ONNX element types (TensorProto.DataType). Shapes, indices and loop counters are int64 inside the graph. */
export const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
/** An element type that a graph uses: the data types of programs, and int64. */
export type ElementType = DataType | "int64";

/** An attribute's value: whole numbers are ints unless `float` says otherwise. */
export type Attribute = number | { readonly float: number } | readonly number[] | string | Scope;

/** One operation. */
export interface Node {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Numbers that are part of a graph. */
export interface Constant {
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly data: TypedArray | BigInt64Array;
}

/** What goes into a scope or comes out of it. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** The nodes of the main graph (depth 0) or of a loop's body (depth of the enclosing scope + 1). */
export interface Scope {
  readonly depth: number;
  readonly nodes: Node[];
  readonly inputs: Value[];
  readonly outputs: Value[];
}

const scope = (depth: number): Scope => ({ depth, nodes: [], inputs: [], outputs: [] });

const bytes = (data: TypedArray | BigInt64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Whether an attribute is the body of a loop. */
export const isScope = (value: Attribute): value is Scope => typeof value === "object" && "nodes" in value;

/** Values that a node reads, its body's own included. */
export const readBy = (node: Node): string[] => [
  ...node.inputs,
  ...Object.values(node.attributes)
    .filter(isScope)
    .flatMap((body) => liveNodes(body).flatMap(readBy)),
];

/** How many results of a node with a body are carried from iteration to iteration, and not stacked. */
const carriedBy = ({ operator, inputs }: Node): number => (operator === "Loop" ? inputs.length - 2 : 0);

/**
 * A Loop or Scan without the results of its iterations that no node reads: they are not computed, nor stored for every
 * iteration.
 */
const trimmed = (node: Node, needed: ReadonlySet<string>): Node => {
  const body = node.attributes["body"];
  if (body === undefined || !isScope(body)) return node;
  const isNeeded = (_: unknown, index: number): boolean => index < carriedBy(node) || needed.has(node.outputs[index]!);
  const own = body.outputs.length - node.outputs.length;
  const outputs = [...body.outputs.slice(0, own), ...body.outputs.slice(own).filter(isNeeded)];
  return {
    ...node,
    outputs: node.outputs.filter(isNeeded),
    attributes: { ...node.attributes, body: { ...body, outputs } },
  };
};

/** The nodes that some output depends on, in order: recorded gradients leave many results that no node reads. */
export const liveNodes = (body: Scope): Node[] => {
  const needed = new Set(body.outputs.map((output) => output.name));
  const live: Node[] = [];
  for (const node of body.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    const rest = trimmed(node, needed);
    live.push(rest);
    for (const input of readBy(rest)) needed.add(input);
  }
  return live.toReversed();
};

/**
 * Collects nodes. A node goes to the outermost scope that knows all of its inputs, so what a loop's body does not
 * change is computed once.
 */
export class GraphBuilder {
  readonly #scopes: Scope[] = [scope(0)];
  readonly #depths = new Map<string, number>();
  readonly #constants = new Map<string, Constant>();
  readonly #sizes = new Map<string, number>();
  readonly #shapes = new Map<string, readonly number[]>();
  readonly #interned = new Map<string, string>();
  #count = 0;

  /** Declares an input of the innermost scope. */
  input(name: string, { shape, dtype }: TensorSpec, type: ElementType = dtype): string {
    const innermost = this.#scopes.at(-1)!;
    innermost.inputs.push({ name, shape, type });
    this.#depths.set(name, innermost.depth);
    return name;
  }

  /** Declares an output of the innermost scope; an Identity node, which copies, gives it its name. */
  output(name: string, value: string, { shape, dtype }: TensorSpec, type: ElementType = dtype): void {
    const innermost = this.#scopes.at(-1)!;
    innermost.outputs.push({ name, shape, type });
    innermost.nodes.push({ operator: "Identity", domain: "", inputs: [value], outputs: [name], attributes: {} });
    this.#depths.set(name, innermost.depth);
  }

  /**
   * Declares an output of a body, which is known by its index and not by a name: a node's own result is one without a
   * copy.
   */
  result(value: string, { shape, dtype }: TensorSpec): void {
    const innermost = this.#scopes.at(-1)!;
    const own = innermost.nodes.some(({ outputs }) => outputs.includes(value));
    const taken = innermost.outputs.some(({ name }) => name === value);
    if (own && !taken) innermost.outputs.push({ name: value, shape, type: dtype });
    else this.output(this.fresh("result"), value, { shape, dtype });
  }

  /** Says how many bytes a value has, for the estimate of the memory of a run. */
  size(name: string, bytes: number): void {
    this.#sizes.set(name, bytes);
  }

  /** Says which shape a value has. */
  shaped(name: string, spec: TensorSpec): void {
    this.#shapes.set(name, spec.shape);
    this.#sizes.set(name, bytesOf(spec));
  }

  /** The shapes of those values that are known: all that kernels gave as tensors. */
  get shapes(): ReadonlyMap<string, readonly number[]> {
    return this.#shapes;
  }

  /** The main graph, the bytes of those values that are known, and the bytes of all constants that are read. */
  extent(): { readonly main: Scope; readonly sizes: ReadonlyMap<string, number>; readonly constants: number } {
    const main = this.#scopes[0]!;
    const read = new Set(liveNodes(main).flatMap(readBy));
    const constants = [...this.#constants].reduce(
      (sum, [name, { data }]) => sum + (read.has(name) ? data.byteLength : 0),
      0,
    );
    return { main, sizes: this.#sizes, constants };
  }

  /** A name that no other value has. */
  fresh(prefix: string): string {
    this.#count += 1;
    return `${prefix}_${this.#count}`;
  }

  /** A constant, known to every scope. Small equal ones are stored once. */
  constant(data: TypedArray | BigInt64Array, shape: readonly number[], type: ElementType): string {
    const key = data.length <= 64 ? `${type}[${shape.join()}]${bytes(data).join()}` : undefined;
    const known = key === undefined ? undefined : this.#interned.get(key);
    if (known !== undefined) return known;
    const name = this.fresh("constant");
    this.#constants.set(name, { data, shape, type });
    this.#depths.set(name, 0);
    if (key !== undefined) this.#interned.set(key, name);
    return name;
  }

  /** A one-dimensional int64 constant: shapes, axes, indices. */
  indices(values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], "int64");
  }

  /** Appends a node and gives the names of its outputs. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    outputs = 1,
    domain = "",
  ): string[] {
    const depth = Math.max(
      0,
      ...inputs.map((input) => this.#depths.get(input) ?? 0),
      ...this.#depthsInside(attributes),
    );
    const names = Array.from({ length: outputs }, () => this.fresh(operator));
    this.#scopes[depth]!.nodes.push({ operator, domain, inputs, outputs: names, attributes });
    for (const name of names) this.#depths.set(name, depth);
    return names;
  }

  #depthsInside(attributes: Readonly<Record<string, Attribute>>): number[] {
    const local = (body: Scope): number[] =>
      body.nodes
        .flatMap((node) => readBy(node).map((name) => this.#depths.get(name) ?? 0))
        .filter((depth) => depth < body.depth);
    return Object.values(attributes).filter(isScope).flatMap(local);
  }

  /** Records `build` into a new scope inside the innermost one and gives that scope, to be used as a Loop's body. */
  body(build: () => void): Scope {
    const inner = scope(this.#scopes.length);
    this.#scopes.push(inner);
    try {
      build();
    } finally {
      this.#scopes.pop();
    }
    return inner;
  }

  /** The main graph and the constants that are read. */
  finished(): { readonly main: Scope; readonly constants: readonly (readonly [string, Constant])[] } {
    const main = this.#scopes[0]!;
    const needed = new Set(liveNodes(main).flatMap(readBy));
    return { main, constants: [...this.#constants].filter(([name]) => needed.has(name)) };
  }
}
