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

/**
 * Rows of x summed by segment. The recorder widens the ids of the segments, [N], to the shape of x, [N, ...], since
 * ONNX scatters element by element; the first of each row is its id.
 */
const segmentSum = (node: Node, context: Context): Value => {
  const { builder, shape } = context;
  const [indices, x] = [input(node, 1, context), input(node, 2, context)];
  const [sums, rows] = [shape(node.inputs[0]!), shape(node.inputs[2]!)];
  if (sums === undefined || rows === undefined) throw new Error("ScatterElements: expected tensors of known shapes");
  const starts = [builder.whole(rows.map(() => 0)), builder.whole(rows.map((size, i) => (i === 0 ? size : 1)))];
  const first = one(context, "Slice", [indices, ...starts], ["output", indices.type], {
    ...typed(indices.type),
    Index: { type: "int32" },
  });
  const ids = one(context, "Reshape", [first, builder.whole([rows[0]!])], ["output", indices.type], {
    ...typed(indices.type),
  });
  return one(context, "UnsortedSegmentSum", [x, ids, builder.whole(sums[0]!)], ["output", x.type], {
    ...typed(x.type),
    Tindices: { type: indices.type },
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
