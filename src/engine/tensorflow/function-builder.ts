/** A function of TensorFlow under construction. */
import type { Constant } from "../recording/graph.ts";
import type { Argument, Attributes, ElementType, FunctionDef, NodeDef } from "./graph-def.ts";

/** A value inside of one function. */
export interface Value {
  /** As a node's input names it. */
  readonly source: string;
  readonly type: ElementType;
  /** Rows that a loop stacked, with zeros already for the iterations that did not run. */
  readonly isPadded?: boolean;
}

/** A result of a node: its name in TensorFlow's definition of the operator, and its type. */
export type Result = readonly [name: string, type: ElementType];

/** Collects arguments, nodes and constants. Names are given by number, so that any name of a program will do. */
export class FunctionBuilder {
  readonly name: string;
  readonly #inputs: Argument[] = [];
  readonly #nodes: NodeDef[] = [];
  readonly #constants = new Map<string, Value>();

  constructor(name: string) {
    this.name = name;
  }

  /** The next argument. */
  argument(type: ElementType): Value {
    const name = `a${this.#inputs.length}`;
    this.#inputs.push({ name, type });
    return { source: name, type };
  }

  /** Appends a node and gives its results; those of one name are numbered, as of an operator that gives a list. */
  node(
    operator: string,
    inputs: readonly Value[],
    attributes: Attributes,
    results: readonly Result[],
  ): readonly Value[] {
    const name = `${operator}_${this.#nodes.length}`;
    this.#nodes.push({ name, operator, inputs: inputs.map(({ source }) => source), attributes });
    const counts = new Map<string, number>();
    return results.map(([result, type]) => {
      const index = counts.get(result) ?? 0;
      counts.set(result, index + 1);
      return { source: `${name}:${result}:${index}`, type };
    });
  }

  /** A constant; the same one for the same key. */
  constant(key: string, constant: Constant): Value {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const attributes: Attributes = { dtype: { type: constant.type }, value: { tensor: constant } };
    const [value] = this.node("Const", [], attributes, [["output", constant.type]]);
    this.#constants.set(key, value!);
    return value!;
  }

  /** An int32 constant: axes, counts, permutations. A scalar when `values` is a number. */
  whole(values: number | readonly number[]): Value {
    const list = typeof values === "number" ? [values] : values;
    const shape = typeof values === "number" ? [] : [list.length];
    return this.constant(`int32[${shape.join()}]${list.join()}`, {
      data: Int32Array.from(list),
      shape,
      type: "int32",
    });
  }

  /** The function whose results are these values. */
  finished(results: readonly Value[], attributes: Attributes = {}): FunctionDef {
    return {
      name: this.name,
      inputs: this.#inputs,
      outputs: results.map(({ source, type }, i) => ({ name: `r${i}`, type, source })),
      nodes: this.#nodes,
      attributes,
    };
  }
}
