/** Kernels that work element by element: arithmetic, comparison, logic and functions of one variable. */
import * as tf from "@tensorflow/tfjs";
import { elementTypes } from "../graph.ts";
import type { Recorder } from "../recorder.ts";
import { kernel, operand, type Inputs } from "./kernel.ts";

const binary = (name: string, operator: string, dtype?: tf.DataType): void => {
  kernel(name, (inputs, _, recorder) =>
    binaryNode(recorder, operator, operand(inputs, "a"), operand(inputs, "b"), dtype),
  );
};

const binaryNode = (
  recorder: Recorder,
  operator: string,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  dtype?: tf.DataType,
): tf.TensorInfo => {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  return recorder.node(operator, recorder.unexpanded([a, b], shape), shape, dtype ?? a.dtype);
};

/** Whole numbers divide towards minus infinity in TensorFlow.js and towards zero in ONNX. */
const floorDivision = (recorder: Recorder, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo => {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const [zero, one] = [0, 1].map((value) => recorder.filled(value, [], "int32")) as [tf.TensorInfo, tf.TensorInfo];
  const quotient = binaryNode(recorder, "Div", a, b);
  const remainder = binaryNode(recorder, "Sub", a, binaryNode(recorder, "Mul", quotient, b));
  const signsDiffer = binaryNode(
    recorder,
    "Xor",
    binaryNode(recorder, "Less", remainder, zero, "bool"),
    binaryNode(recorder, "Less", b, zero, "bool"),
    "bool",
  );
  const exact = binaryNode(recorder, "Equal", remainder, zero, "bool");
  const signsAgree = recorder.node("Not", [recorder.name(signsDiffer)], shape, "bool");
  const towardsZero = binaryNode(recorder, "Or", exact, signsAgree, "bool");
  const lower = binaryNode(recorder, "Sub", quotient, one);
  return recorder.node(
    "Where",
    [towardsZero, quotient, lower].map((tensor) => recorder.name(tensor)),
    shape,
    "int32",
  );
};

const isOne = (recorder: Recorder, x: tf.TensorInfo): boolean => recorder.recorded(x).fill === 1;

const scalar = (recorder: Recorder, value: number, dtype: tf.DataType = "float32"): string =>
  recorder.name(recorder.filled(value, [], dtype));

const registerArithmetic = (): void => {
  binary("Add", "Add");
  binary("Sub", "Sub");
  binary("RealDiv", "Div");
  kernel("FloorDiv", (inputs, _, recorder) => {
    const [a, b] = [operand(inputs, "a"), operand(inputs, "b")];
    if (a.dtype === "int32") return floorDivision(recorder, a, b);
    const quotient = binaryNode(recorder, "Div", a, b);
    return recorder.node("Floor", [recorder.name(quotient)], quotient.shape, quotient.dtype);
  });
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
    if (yes.dtype !== "bool")
      return recorder.node("Where", recorder.unexpanded([condition, yes, no], yes.shape), yes.shape, yes.dtype);
    // ONNX Runtime has no Where for bools.
    const chosen = binaryNode(recorder, "And", condition, yes, "bool");
    const rest = recorder.node("Not", [recorder.name(condition)], condition.shape, "bool");
    return binaryNode(recorder, "Or", chosen, binaryNode(recorder, "And", rest, no, "bool"), "bool");
  });
};

const unary = (
  name: string,
  record: (x: string, recorder: Recorder, input: tf.TensorInfo) => string,
  dtype?: tf.DataType,
): void => {
  kernel(name, (inputs: Inputs, _, recorder) => {
    const x = operand(inputs, "x");
    return recorder.tensor(record(recorder.name(x), recorder, x), x.shape, dtype ?? x.dtype);
  });
};

const call = (recorder: Recorder, operator: string, ...inputs: readonly string[]): string =>
  recorder.graph.node(operator, inputs)[0]!;

const registerFunctions = (): void => {
  const plain = [
    "Exp",
    "Log",
    "Sqrt",
    "Neg",
    "Relu",
    "Sigmoid",
    "Tanh",
    "Erf",
    "Abs",
    "Reciprocal",
    "Sign",
    "Floor",
    "Ceil",
    "Softplus",
  ];
  for (const name of plain) unary(name, (x, recorder) => call(recorder, name, x));
  unary("IsNan", (x, recorder) => call(recorder, "IsNaN", x), "bool");
  unary("LogicalNot", (x, recorder) => call(recorder, "Not", x), "bool");
  unary("Square", (x, recorder) => call(recorder, "Mul", x, x));
  unary("Rsqrt", (x, recorder) => call(recorder, "Reciprocal", call(recorder, "Sqrt", x)));
  unary("Identity", (x) => x);
  kernel<{ alpha: number }>("Step", (inputs, { alpha }, recorder) => {
    const x = operand(inputs, "x");
    const positive = call(recorder, "Greater", recorder.name(x), scalar(recorder, 0, x.dtype));
    return recorder.node("Where", [positive, scalar(recorder, 1), scalar(recorder, alpha)], x.shape, "float32");
  });
  kernel<{ clipValueMin: number; clipValueMax: number }>(
    "ClipByValue",
    (inputs, { clipValueMin, clipValueMax }, recorder) => {
      const x = operand(inputs, "x");
      const limits = [clipValueMin, clipValueMax].map((value) => recorder.name(recorder.filled(value, [], x.dtype)));
      return recorder.node("Clip", [recorder.name(x), ...limits], x.shape, x.dtype);
    },
  );
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
