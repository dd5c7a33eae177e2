/** Operators that reduce, scan or sort along axes. */
import { all, input, numbers, one, typed, wholeAttribute, type Translation, type Translations } from "./operator.ts";

const reduction =
  (operator: string): Translation =>
  (node, context) => {
    const x = input(node, 0, context);
    const axes = context.builder.whole(numbers(node, 1, context));
    const keep = wholeAttribute(node, "keepdims") === 1;
    return [one(context, operator, [x, axes], ["output", x.type], { ...typed(x.type), keep_dims: { boolean: keep } })];
  };

const extremeIndex =
  (operator: string): Translation =>
  (node, context) => {
    const x = input(node, 0, context);
    const axis = context.builder.whole(wholeAttribute(node, "axis"));
    return [one(context, operator, [x, axis], ["output", "int64"], typed(x.type))];
  };

/** TensorFlow's work along the last axis, as TensorFlow.js's do. */
const normalized =
  (operator: string, result: string): Translation =>
  (node, context) => [one(context, operator, all(node, context), [result, "float32"], typed("float32"))];

/** By operator. */
export const reductions: Translations = {
  ReduceSum: reduction("Sum"),
  ReduceMean: reduction("Mean"),
  ReduceMax: reduction("Max"),
  ReduceMin: reduction("Min"),
  ArgMax: extremeIndex("ArgMax"),
  ArgMin: extremeIndex("ArgMin"),
  Softmax: normalized("Softmax", "softmax"),
  LogSoftmax: normalized("LogSoftmax", "logsoftmax"),
  CumSum: (node, context) => {
    const x = input(node, 0, context);
    const axis = context.builder.whole(numbers(node, 1, context)[0]!);
    const flags = {
      exclusive: { boolean: wholeAttribute(node, "exclusive") === 1 },
      reverse: { boolean: wholeAttribute(node, "reverse") === 1 },
    };
    return [one(context, "Cumsum", [x, axis], ["out", x.type], { ...typed(x.type), ...flags })];
  },
  TopK: (node, context) => {
    const x = input(node, 0, context);
    const count = context.builder.whole(numbers(node, 1, context)[0]!);
    return context.builder.node("TopKV2", [x, count], typed(x.type), [
      ["values", x.type],
      ["indices", "int32"],
    ]);
  },
};
