/** Matrix products. */
import type { Node } from "../../recording/graph.ts";
import type { Value } from "../function-builder.ts";
import { cast, input, one, typed, wholeAttribute, type Context, type Translations } from "./operator.ts";

const product = (node: Node, context: Context): readonly Value[] => {
  const type = context.bfloat16 ? "bfloat16" : "float32";
  const operands = [0, 1].map((index) => cast(context, input(node, index, context), type));
  const [transposeA, transposeB] = ["transA", "transB"].map((name) => ({
    boolean: wholeAttribute(node, name, 0) === 1,
  })) as [{ boolean: boolean }, { boolean: boolean }];
  // The operator of two matrices has faster kernels than that of batches.
  const isPlain = node.inputs.every((name) => context.shape(name)?.length === 2);
  const result = isPlain
    ? one(context, "MatMul", operands, ["product", type], {
        ...typed(type),
        transpose_a: transposeA,
        transpose_b: transposeB,
      })
    : one(context, "BatchMatMulV2", operands, ["output", type], {
        ...typed(type),
        adj_x: transposeA,
        adj_y: transposeB,
      });
  return [cast(context, result, "float32")];
};

/** By operator. */
export const matrices: Translations = { MatMul: product, FusedMatMul: product };
