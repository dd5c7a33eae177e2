/**
 * A graph as the file that ONNX Runtime reads: the messages of onnx.proto (ONNX 1.16, github.com/onnx/onnx), as many of
 * their fields as are used, in the order of their numbers.
 */
import { bytesField, floatField, integerField, integersField, message, textField } from "../../files/protobuf.ts";
import {
  elementTypes,
  isScope,
  liveNodes,
  type Attribute,
  type Constant,
  type Node,
  type Scope,
  type Value,
} from "../recording/graph.ts";

/** AttributeProto.AttributeType. */
const attributeTypes = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;

const TYPE = 20;

/** AttributeProto. */
const attribute = (name: string, value: Attribute): Uint8Array => {
  const typed = (type: keyof typeof attributeTypes, ...fields: readonly Uint8Array[]): Uint8Array =>
    message(textField(1, name), ...fields, integerField(TYPE, attributeTypes[type]));
  if (typeof value === "number") return typed("int", integerField(3, value));
  if (typeof value === "string") return typed("string", textField(4, value));
  if ("float" in value) return typed("float", floatField(2, value.float));
  if (isScope(value)) return typed("graph", bytesField(6, graph(value, "body", [])));
  return typed("ints", integersField(8, value));
};

/** NodeProto. */
const node = ({ operator, domain, inputs, outputs, attributes }: Node): Uint8Array =>
  message(
    ...inputs.map((name) => textField(1, name)),
    ...outputs.map((name) => textField(2, name)),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytesField(5, attribute(name, value))),
    textField(7, domain),
  );

/** ValueInfoProto, with a TypeProto whose TensorShapeProto has every size. */
const valueInfo = ({ name, type, shape }: Value): Uint8Array => {
  const dimensions = message(...shape.map((size) => bytesField(1, integerField(1, size))));
  const tensor = message(integerField(1, elementTypes[type]), bytesField(2, dimensions));
  return message(textField(1, name), bytesField(2, bytesField(1, tensor)));
};

/** TensorProto. */
const initializer = ([name, { data, shape, type }]: readonly [string, Constant]): Uint8Array =>
  message(
    integersField(1, shape),
    integerField(2, elementTypes[type]),
    textField(8, name),
    bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );

/** GraphProto. */
const graph = (body: Scope, name: string, constants: readonly (readonly [string, Constant])[]): Uint8Array =>
  message(
    ...liveNodes(body).map((each) => bytesField(1, node(each))),
    textField(2, name),
    ...constants.map((each) => bytesField(5, initializer(each))),
    ...body.inputs.map((value) => bytesField(11, valueInfo(value))),
    ...body.outputs.map((value) => bytesField(12, valueInfo(value))),
  );

/** OperatorSetIdProto. */
const operatorSet = (domain: string, version: number): Uint8Array =>
  message(textField(1, domain), integerField(2, version));

/** ModelProto of a main graph and the constants that it reads. */
export const modelFile = (main: Scope, name: string, constants: readonly (readonly [string, Constant])[]): Uint8Array =>
  message(
    integerField(1, 9),
    bytesField(7, graph(main, name, constants)),
    bytesField(8, operatorSet("", 20)),
    bytesField(8, operatorSet("com.microsoft", 1)),
  );
