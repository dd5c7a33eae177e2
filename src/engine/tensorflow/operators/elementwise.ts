/** Operators that work element by element. */
import { elementTypes as onnxTypes } from "../../recording/graph.ts";
import type { ElementType } from "../graph-def.ts";
import { all, cast, input, one, typed, wholeAttribute, type Translation, type Translations } from "./operator.ts";

const binary =
  (operator: string, result?: ElementType): Translation =>
  (node, context) => {
    const [a, b] = [input(node, 0, context), input(node, 1, context)];
    return [one(context, operator, [a, b], ["z", result ?? a.type], typed(a.type))];
  };

const logical =
  (operator: string): Translation =>
  (node, context) => [one(context, operator, all(node, context), ["z", "bool"])];

const unary =
  (operator: string, name = "y"): Translation =>
  (node, context) => {
    const x = input(node, 0, context);
    return [one(context, operator, [x], [name, x.type], typed(x.type))];
  };

const typeOf = (code: number): ElementType => {
  const found = (Object.keys(onnxTypes) as (keyof typeof onnxTypes)[]).find((name) => onnxTypes[name] === code);
  if (found === undefined) throw new Error(`Cast: expected a type of ONNX that the recorder uses, got ${code}`);
  return found;
};

/** By operator. */
export const elementwise: Translations = {
  Add: binary("AddV2"),
  Sub: binary("Sub"),
  Mul: binary("Mul"),
  // Whole numbers divide towards zero.
  Div: (node, context) => binary(input(node, 0, context).type === "float32" ? "RealDiv" : "TruncateDiv")(node, context),
  Max: binary("Maximum"),
  Min: binary("Minimum"),
  Pow: binary("Pow"),
  Greater: binary("Greater", "bool"),
  GreaterOrEqual: binary("GreaterEqual", "bool"),
  Less: binary("Less", "bool"),
  LessOrEqual: binary("LessEqual", "bool"),
  Equal: binary("Equal", "bool"),
  Xor: binary("NotEqual", "bool"),
  And: logical("LogicalAnd"),
  Or: logical("LogicalOr"),
  Not: (node, context) => [one(context, "LogicalNot", all(node, context), ["y", "bool"])],
  Where: (node, context) => {
    const { type } = input(node, 1, context);
    return [one(context, "SelectV2", all(node, context), ["output", type], typed(type))];
  },
  Clip: (node, context) => {
    const { type } = input(node, 0, context);
    return [one(context, "ClipByValue", all(node, context), ["output", type], typed(type))];
  },
  Cast: (node, context) => [cast(context, input(node, 0, context), typeOf(wholeAttribute(node, "to")))],
  IsNaN: (node, context) => [
    one(context, "IsNan", all(node, context), ["y", "bool"], typed(input(node, 0, context).type)),
  ],
  Relu: unary("Relu", "activations"),
  Softplus: unary("Softplus", "activations"),
  Identity: unary("Identity", "output"),
  ...Object.fromEntries(
    ["Exp", "Log", "Sqrt", "Neg", "Sigmoid", "Tanh", "Erf", "Abs", "Reciprocal", "Sign", "Floor", "Ceil"].map(
      (operator) => [operator, unary(operator)],
    ),
  ),
};
