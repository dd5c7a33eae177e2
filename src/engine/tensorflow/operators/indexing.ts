/** Operators that pick, write or add by index. */
import type { Node } from "../../recording/graph.ts";
import type { Value } from "../function-builder.ts";
import { all, input, numbers, one, typed, wholeAttribute, type Context, type Translations } from "./operator.ts";

const gather = (node: Node, context: Context): Value => {
  const [x, indices] = [input(node, 0, context), input(node, 1, context)];
  const axis = context.builder.whole(wholeAttribute(node, "axis"));
  return one(context, "GatherV2", [x, indices, axis], ["output", x.type], {
    Tparams: { type: x.type },
    Tindices: { type: indices.type },
    Taxis: { type: "int32" },
  });
};

const oneHot = (node: Node, context: Context): Value => {
  const { builder } = context;
  const indices = input(node, 0, context);
  const [depth] = numbers(node, 1, context);
  const [off, on] = numbers(node, 2, context).map((value) =>
    builder.constant(`float32 ${Object.is(value, -0) ? "-0" : value}`, {
      data: Float32Array.of(value),
      shape: [],
      type: "float32",
    }),
  );
  return one(context, "OneHot", [indices, builder.whole(depth!), on!, off!], ["output", "float32"], {
    ...typed("float32"),
    TI: { type: indices.type },
  });
};

/** The rows' numbers: the recorder widened them to [rows, 1, ...] of int64 and to the shape of the rows. */
const segmentsOf = (node: Node, { maker, value }: Context): Value => {
  let name = node.inputs[1]!;
  for (const operator of ["Expand", "Reshape", "Cast"]) {
    const made = maker(name);
    if (made?.operator !== operator)
      throw new Error(`ScatterElements: expected indices that are widened by ${operator}, got ${made?.operator}`);
    name = made.inputs[0]!;
  }
  return value(name);
};

const segmentSum = (node: Node, context: Context): Value => {
  const zeros = context.maker(node.inputs[0]!);
  if (zeros?.operator !== "Expand") throw new Error("ScatterElements: expected to add to zeros");
  const [count] = numbers(zeros, 1, context);
  const [segments, x] = [segmentsOf(node, context), input(node, 2, context)];
  return one(context, "UnsortedSegmentSum", [x, segments, context.builder.whole(count!)], ["output", x.type], {
    ...typed(x.type),
    Tindices: { type: segments.type },
  });
};

/** By operator. */
export const indexing: Translations = {
  Gather: (node, context) => [gather(node, context)],
  OneHot: (node, context) => [oneHot(node, context)],
  ScatterND: (node, context) => {
    const [x, indices] = [input(node, 0, context), input(node, 1, context)];
    const attributes = { ...typed(x.type), Tindices: { type: indices.type } };
    return [one(context, "TensorScatterUpdate", all(node, context), ["output", x.type], attributes)];
  },
  ScatterElements: (node, context) => [segmentSum(node, context)],
};
