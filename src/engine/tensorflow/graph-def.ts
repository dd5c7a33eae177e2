/**
 * A graph as the file that TensorFlow reads: the messages of graph.proto, function.proto, op_def.proto,
 * attr_value.proto, tensor.proto, meta_graph.proto and saved_model.proto (TensorFlow 2.21,
 * github.com/tensorflow/tensorflow/tree/v2.21.0/tensorflow/core), as many of their fields as are used.
 */
import { bytesField, floatField, integerField, integersField, message, textField } from "../../files/protobuf.ts";
import type { Constant } from "../recording/graph.ts";

/** TensorFlow's element types (DataType). */
export const elementTypes = { float32: 1, int32: 3, int64: 9, bool: 10, bfloat16: 14 } as const;
/** An element type that a graph uses. */
export type ElementType = keyof typeof elementTypes;

/** An attribute of a node or a function. */
export type Attribute =
  | { readonly type: ElementType }
  | { readonly types: readonly ElementType[] }
  | { readonly integer: number }
  | { readonly boolean: boolean }
  | { readonly float: number }
  | { readonly bytes: Uint8Array }
  | { readonly function: string }
  | { readonly shape: readonly number[] }
  | { readonly tensor: Constant };

/** Attributes by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** One operation of TensorFlow. */
export interface NodeDef {
  readonly name: string;
  readonly operator: string;
  /** In a function `node:result:index` or an argument's name; in the main graph `node:index`. */
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
}

/** An argument or a result of a function. */
export interface Argument {
  readonly name: string;
  readonly type: ElementType;
}

/** A function of the graph's library. */
export interface FunctionDef {
  readonly name: string;
  readonly inputs: readonly Argument[];
  /** `source` says where in the function its value comes from, as an input of a node does. */
  readonly outputs: readonly (Argument & { readonly source: string })[];
  readonly nodes: readonly NodeDef[];
  readonly attributes: Attributes;
}

/** The version of graphs that is written (GraphDef.versions.producer): that of TensorFlow 2.21. */
const producer = 2474;

const shapeProto = (shape: readonly number[]): Uint8Array =>
  message(...shape.map((size) => bytesField(2, integerField(1, size))));

const tensorProto = ({ data, shape, type }: Constant): Uint8Array =>
  message(
    integerField(1, elementTypes[type]),
    bytesField(2, shapeProto(shape)),
    bytesField(4, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );

const attributeValue = (value: Attribute): Uint8Array => {
  if ("type" in value) return integerField(6, elementTypes[value.type]);
  if ("types" in value)
    return bytesField(
      1,
      integersField(
        6,
        value.types.map((type) => elementTypes[type]),
      ),
    );
  if ("integer" in value) return integerField(3, value.integer);
  if ("boolean" in value) return integerField(5, value.boolean);
  if ("float" in value) return floatField(4, value.float);
  if ("bytes" in value) return bytesField(2, value.bytes);
  if ("function" in value) return bytesField(10, textField(1, value.function));
  if ("shape" in value) return bytesField(7, shapeProto(value.shape));
  return bytesField(8, tensorProto(value.tensor));
};

/** Entries of a map: messages with a key and a value. */
const attributeFields = (field: number, attributes: Attributes): Uint8Array[] =>
  Object.entries(attributes).map(([name, value]) =>
    bytesField(field, message(textField(1, name), bytesField(2, attributeValue(value)))),
  );

const nodeDef = ({ name, operator, inputs, attributes }: NodeDef): Uint8Array =>
  message(
    textField(1, name),
    textField(2, operator),
    ...inputs.map((input) => textField(3, input)),
    ...attributeFields(5, attributes),
  );

const argumentDef = ({ name, type }: Argument): Uint8Array =>
  message(textField(1, name), integerField(3, elementTypes[type]));

const functionDef = ({ name, inputs, outputs, nodes, attributes }: FunctionDef): Uint8Array => {
  const signature = message(
    textField(1, name),
    ...inputs.map((argument) => bytesField(2, argumentDef(argument))),
    ...outputs.map((argument) => bytesField(3, argumentDef(argument))),
  );
  return message(
    bytesField(1, signature),
    ...nodes.map((node) => bytesField(3, nodeDef(node))),
    ...outputs.map((output) => bytesField(4, message(textField(1, output.name), textField(2, output.source)))),
    ...attributeFields(5, attributes),
  );
};

/** GraphDef of the main graph's nodes and a library of functions. */
const graphDef = (nodes: readonly NodeDef[], functions: readonly FunctionDef[]): Uint8Array =>
  message(
    ...nodes.map((node) => bytesField(1, nodeDef(node))),
    bytesField(2, message(...functions.map((each) => bytesField(1, functionDef(each))))),
    bytesField(4, integerField(1, producer)),
  );

/** The tag under which the graph is found in its file. */
export const tag = "serve";

/** SavedModel with one graph, which has no variables. */
export const savedModel = (nodes: readonly NodeDef[], functions: readonly FunctionDef[]): Uint8Array => {
  const metaGraph = message(bytesField(1, textField(4, tag)), bytesField(2, graphDef(nodes, functions)));
  return message(integerField(1, 1), bytesField(2, metaGraph));
};
