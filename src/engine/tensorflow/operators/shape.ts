/** Operators that move elements without changing them. */
import type { Node } from "../../recording/graph.ts";
import type { Value } from "../function-builder.ts";
import { all, input, numbers, one, typed, wholeAttribute, type Context, type Translations } from "./operator.ts";

/** With `begin` and `end`; with axes too where a step of -1 turns an axis round, or where loops' rows are cut. */
const slice = (node: Node, context: Context): Value => {
  const x = input(node, 0, context);
  if (x.isPadded === true && node.inputs.length === 4) return { source: x.source, type: x.type };
  const { builder } = context;
  if (node.inputs.length === 5) {
    const axes = builder.whole(numbers(node, 3, context));
    return one(context, "ReverseV2", [x, axes], ["output", x.type], typed(x.type));
  }
  if (node.inputs.length !== 3)
    throw new Error(`Slice: expected begin and end alone, got ${node.inputs.length} inputs`);
  const begin = numbers(node, 1, context);
  const size = numbers(node, 2, context).map((end, i) => end - begin[i]!);
  const attributes = { ...typed(x.type), Index: { type: "int32" } } as const;
  return one(context, "Slice", [x, builder.whole(begin), builder.whole(size)], ["output", x.type], attributes);
};

const split = (node: Node, context: Context): readonly Value[] => {
  const x = input(node, 0, context);
  const sizes = numbers(node, 1, context);
  const { builder } = context;
  return builder.node(
    "SplitV",
    [x, builder.whole(sizes), builder.whole(wholeAttribute(node, "axis"))],
    { ...typed(x.type), Tlen: { type: "int32" }, num_split: { integer: sizes.length } },
    sizes.map(() => ["output", x.type]),
  );
};

const concat = (node: Node, context: Context): Value => {
  const first = input(node, 0, context);
  // A loop's rows, and the zeros that another runtime needs to fill them up.
  if (node.inputs.length === 1 || first.isPadded === true) return first;
  const axis = context.builder.whole(wholeAttribute(node, "axis"));
  const attributes = { ...typed(first.type), N: { integer: node.inputs.length } };
  return one(context, "ConcatV2", [...all(node, context), axis], ["output", first.type], attributes);
};

const pad = (node: Node, context: Context): Value => {
  const x = input(node, 0, context);
  const widths = numbers(node, 1, context);
  const rank = widths.length / 2;
  const pairs = Array.from({ length: rank }, (_, i) => [widths[i]!, widths[rank + i]!]).flat();
  const paddings = context.builder.constant(`paddings ${pairs.join()}`, {
    data: Int32Array.from(pairs),
    shape: [rank, 2],
    type: "int32",
  });
  return one(context, "PadV2", [x, paddings, input(node, 2, context)], ["output", x.type], typed(x.type));
};

/** By operator. */
export const shapes: Translations = {
  Reshape: (node, context) => {
    const x = input(node, 0, context);
    const shape = context.builder.whole(numbers(node, 1, context));
    return [one(context, "Reshape", [x, shape], ["output", x.type], typed(x.type))];
  },
  Transpose: (node, context) => {
    const x = input(node, 0, context);
    const order = context.builder.whole(node.attributes["perm"] as readonly number[]);
    return [one(context, "Transpose", [x, order], ["y", x.type], typed(x.type))];
  },
  Expand: (node, context) => {
    const x = input(node, 0, context);
    const shape = context.builder.whole(numbers(node, 1, context));
    return [one(context, "BroadcastTo", [x, shape], ["output", x.type], typed(x.type))];
  },
  Tile: (node, context) => {
    const x = input(node, 0, context);
    const counts = context.builder.whole(numbers(node, 1, context));
    return [one(context, "Tile", [x, counts], ["output", x.type], typed(x.type))];
  },
  Slice: (node, context) => [slice(node, context)],
  Split: split,
  Concat: (node, context) => [concat(node, context)],
  Pad: (node, context) => [pad(node, context)],
};
