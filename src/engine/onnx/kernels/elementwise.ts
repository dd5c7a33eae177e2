/** Kernels that work element by element: arithmetic, comparison, logic and functions of one variable. */
import * as tf from "@tensorflow/tfjs";
import { elementTypes } from "../graph.ts";
import type { Recorder } from "../recorder.ts";
import { kernel, operand, type Inputs } from "./kernel.ts";

const binary = (name: string, operator: string, dtype?: tf.DataType): void => {
  kernel(name, (inputs, _, recorder) => binaryNode(recorder, operator, operand(inputs, "a"), operand(inputs, "b"), dtype));
};

const binaryNode = (recorder: Recorder, operator: string, a: tf.TensorInfo, b: tf.TensorInfo, dtype?: tf.DataType): tf.TensorInfo => {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const left = recorder.unexpanded(a, [b], shape);
  // Both could be broadcasts of small tensors: only one of them may shrink.
  const right = left === recorder.name(a) ? recorder.unexpanded(b, [a], shape) : recorder.name(b);
  return recorder.node(operator, [left, right], shape, dtype ?? a.dtype);
};

const isOne = (recorder: Recorder, x: tf.TensorInfo): boolean => recorder.recorded(x).fill === 1;

const scalar = (recorder: Recorder, value: number): string => recorder.name(recorder.filled(value, [], "float32"));

const registerArithmetic = (): void => {
  binary("Add", "Add");
  binary("Sub", "Sub");
  binary("RealDiv", "Div");
  binary("Maximum", "Max");
  binary("Minimum", "Min");
  binary("Pow", "Pow");
  // Gradients multiply by ones to broadcast; the product is the other operand, broadcast.
  kernel("Multiply", (inputs, _, recorder) => {
    const [a, b] = [operand(inputs, "a"), operand(inputs, "b")];
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    if (isOne(recorder, b)) return recorder.broadcast(a, shape);
    if (isOne(recorder, a)) return recorder.broadcast(b, shape);
    return binaryNode(recorder, "Mul", a, b);
  });
  kernel("SquaredDifference", (inputs, _, recorder) => {
    const difference = binaryNode(recorder, "Sub", operand(inputs, "a"), operand(inputs, "b"));
    return binaryNode(recorder, "Mul", difference, difference);
  });
  kernel("AddN", (inputs, _, recorder) => {
    const [first, ...rest] = Object.values(inputs);
    if (first === undefined) throw new Error("AddN: expected at least one tensor");
    return rest.reduce((sum, next) => binaryNode(recorder, "Add", sum, next), first);
  });
};

const registerComparisons = (): void => {
  binary("Greater", "Greater", "bool");
  binary("GreaterEqual", "GreaterOrEqual", "bool");
  binary("Less", "Less", "bool");
  binary("LessEqual", "LessOrEqual", "bool");
  binary("Equal", "Equal", "bool");
  binary("LogicalAnd", "And", "bool");
  binary("LogicalOr", "Or", "bool");
  kernel("NotEqual", (inputs, _, recorder) => {
    const equal = binaryNode(recorder, "Equal", operand(inputs, "a"), operand(inputs, "b"), "bool");
    return recorder.node("Not", [recorder.name(equal)], equal.shape, "bool");
  });
  kernel("Select", (inputs, _, recorder) => {
    const [condition, yes, no] = [operand(inputs, "condition"), operand(inputs, "t"), operand(inputs, "e")];
    const small = recorder.unexpanded(condition, [yes, no], yes.shape);
    return recorder.node("Where", [small, recorder.name(yes), recorder.name(no)], yes.shape, yes.dtype);
  });
};

const unary = (name: string, record: (x: string, recorder: Recorder, input: tf.TensorInfo) => string, dtype?: tf.DataType): void => {
  kernel(name, (inputs: Inputs, _, recorder) => {
    const x = operand(inputs, "x");
    return recorder.tensor(record(recorder.name(x), recorder, x), x.shape, dtype ?? x.dtype);
  });
};

const call = (recorder: Recorder, operator: string, ...inputs: readonly string[]): string => recorder.graph.node(operator, inputs)[0]!;

const registerFunctions = (): void => {
  const plain = ["Exp", "Log", "Sqrt", "Neg", "Relu", "Sigmoid", "Tanh", "Abs", "Erf", "Reciprocal", "Sign", "Floor", "Ceil", "Softplus"];
  for (const name of [...plain, "Sin", "Cos"]) unary(name, (x, recorder) => call(recorder, name, x));
  unary("IsNan", (x, recorder) => call(recorder, "IsNaN", x), "bool");
  unary("LogicalNot", (x, recorder) => call(recorder, "Not", x), "bool");
  unary("Square", (x, recorder) => call(recorder, "Mul", x, x));
  unary("Rsqrt", (x, recorder) => call(recorder, "Reciprocal", call(recorder, "Sqrt", x)));
  unary("Log1p", (x, recorder) => call(recorder, "Log", call(recorder, "Add", x, scalar(recorder, 1))));
  unary("Expm1", (x, recorder) => call(recorder, "Sub", call(recorder, "Exp", x), scalar(recorder, 1)));
  unary("Identity", (x) => x);
  kernel<{ alpha: number }>("Step", (inputs, { alpha }, recorder) => {
    const x = operand(inputs, "x");
    const positive = call(recorder, "Greater", recorder.name(x), scalar(recorder, 0));
    return recorder.node("Where", [positive, scalar(recorder, 1), scalar(recorder, alpha)], x.shape, "float32");
  });
  kernel<{ clipValueMin: number; clipValueMax: number }>("ClipByValue", (inputs, { clipValueMin, clipValueMax }, recorder) => {
    const x = operand(inputs, "x");
    const limits = [clipValueMin, clipValueMax].map((value) => recorder.name(recorder.filled(value, [], x.dtype)));
    return recorder.node("Clip", [recorder.name(x), ...limits], x.shape, x.dtype);
  });
  kernel<{ dtype: "float32" | "int32" | "bool" }>("Cast", (inputs, { dtype }, recorder) => {
    const x = operand(inputs, "x");
    if (x.dtype === dtype) return recorder.tensor(recorder.name(x), x.shape, dtype);
    return recorder.node("Cast", [recorder.name(x)], x.shape, dtype, { to: elementTypes[dtype] });
  });
};

/** Registers all of them. */
export const registerElementwise = (): void => {
  registerArithmetic();
  registerComparisons();
  registerFunctions();
};
