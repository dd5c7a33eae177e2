/** What a translation of an operator works with. */
import type { Constant, Node } from "../../recording/graph.ts";
import type { FunctionBuilder, Result, Value } from "../function-builder.ts";
import type { Attributes, ElementType } from "../graph-def.ts";

/** How a graph is translated. */
export interface TranslationOptions {
  /** XLA compiles the program, its loops included. */
  readonly xla: boolean;
  /** Operands of products of two matrices are rounded to bfloat16; their sums are float32. */
  readonly bfloat16: boolean;
  /** The processor has instructions for matrices of bfloat16 (AMX). */
  readonly matrixUnits: boolean;
}

/** Where a node is translated. */
export interface Context extends TranslationOptions {
  readonly builder: FunctionBuilder;
  /** The value of the recorded graph with this name. */
  readonly value: (name: string) => Value;
  /** What is recorded of a value, if it is a constant. */
  readonly constant: (name: string) => Constant | undefined;
  /** The shape of a value that a kernel gave as a tensor. */
  readonly shape: (name: string) => readonly number[] | undefined;
}

/** Makes nodes of TensorFlow for one node of ONNX's operators, and gives its results. */
export type Translation = (node: Node, context: Context) => readonly Value[];

/** Translations by operator. */
export type Translations = Readonly<Record<string, Translation>>;

/** Appends a node with one result. */
export const one = (
  { builder }: Context,
  operator: string,
  inputs: readonly Value[],
  result: Result,
  attributes: Attributes = {},
): Value => builder.node(operator, inputs, attributes, [result])[0]!;

/** The attribute that most operators call T. */
export const typed = (type: ElementType): Attributes => ({ T: { type } });

/** One input of a node. A constant becomes a node where it is first asked for. */
export const input = (node: Node, index: number, { value }: Context): Value => {
  const name = node.inputs[index];
  if (name === undefined)
    throw new Error(`${node.operator}: expected an input ${index}, got ${node.inputs.length} inputs`);
  return value(name);
};

/** All inputs of a node. */
export const all = (node: Node, context: Context): Value[] => node.inputs.map((name) => context.value(name));

/** Numbers of an input that the recorder made a constant. */
export const numbers = (node: Node, index: number, { constant }: Context): number[] => {
  const found = constant(node.inputs[index] ?? "");
  if (found === undefined) throw new Error(`${node.operator}: expected input ${index} to be a constant`);
  return Array.from(found.data as Iterable<number | bigint>, Number);
};

/** A whole number among the attributes. */
export const wholeAttribute = (node: Node, name: string, otherwise?: number): number => {
  const value = node.attributes[name] ?? otherwise;
  if (typeof value !== "number") throw new Error(`${node.operator}: expected a whole number ${name}`);
  return value;
};

/** A cast, where the type is another. */
export const cast = (context: Context, value: Value, type: ElementType): Value =>
  value.type === type
    ? value
    : one(context, "Cast", [value], ["y", type], { SrcT: { type: value.type }, DstT: { type } });
