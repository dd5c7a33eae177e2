/** Matrix products. */
import { integersField, message } from "../../../files/protobuf.ts";
import type { Node } from "../../recording/graph.ts";
import type { Value } from "../function-builder.ts";
import type { Attributes, ElementType } from "../graph-def.ts";
import { cast, input, one, typed, wholeAttribute, type Context, type Translations } from "./operator.ts";

/** Which operands of a product are transposed. */
interface Transposes {
  readonly a: boolean;
  readonly b: boolean;
}

/**
 * Up to so many rows, XLA's product of bfloat16 is faster than that of float32 without a matrix unit: reading the other
 * operand is what takes the time, and it is half as large.
 */
const fewRows = 64;

const matMul = (context: Context, operands: readonly Value[], { a, b }: Transposes): Value =>
  one(context, "MatMul", operands, ["product", "float32"], {
    ...typed("float32"),
    transpose_a: { boolean: a },
    transpose_b: { boolean: b },
  });

/** Products of batches: attention's, mostly. */
const batchMatMul = (context: Context, operands: readonly Value[], { a, b }: Transposes): Value =>
  one(context, "BatchMatMulV2", operands, ["output", "float32"], {
    ...typed("float32"),
    adj_x: { boolean: a },
    adj_y: { boolean: b },
  });

/**
 * The transpose of a matrix, stored by rows: XLA has no kernel of bfloat16 for a first operand that is stored by
 * columns. But for the barrier it would take the transpose into the product. A padding by nothing has a result that is
 * stored by rows; XLA removes it later, and TensorFlow, which would remove a reshape, leaves it.
 */
const transposed = (context: Context, matrix: Value): Value => {
  const { builder } = context;
  const { type } = matrix;
  const permutation: Attributes = { ...typed(type), Tperm: { type: "int32" } };
  const byColumns = one(context, "Transpose", [matrix, builder.whole([1, 0])], ["y", type], permutation);
  const types: Attributes = { T: { types: [type] } };
  const kept = one(context, "XlaOptimizationBarrier", [byColumns], ["output", type], types);
  const zero = builder.constant("float32 0", { data: Float32Array.of(0), shape: [], type: "float32" });
  const nothing = builder.whole([0, 0]);
  const padding: Attributes = { ...typed(type), Tindices: { type: "int32" } };
  const inputs = [kept, cast(context, zero, type), nothing, nothing, nothing];
  return one(context, "XlaPad", inputs, ["output", type], padding);
};

/** XLA's product of bfloat16 with a result of float32. */
const dot = (context: Context, operands: readonly Value[], { a, b }: Transposes): Value => {
  const [left, right] = operands.map((operand) => cast(context, operand, "bfloat16")) as [Value, Value];
  // DotDimensionNumbers (xla_data.proto): the contracted dimensions of both operands.
  const dimensions = message(integersField(1, [1]), integersField(2, [b ? 1 : 0]));
  const type: { readonly type: ElementType } = { type: "bfloat16" };
  return one(context, "XlaDotV2", [a ? transposed(context, left) : left, right], ["output", "float32"], {
    LhsT: type,
    RhsT: type,
    dimension_numbers: { bytes: dimensions },
    precision_config: { bytes: message() },
    preferred_element_type: { type: "float32" },
  });
};

/** The nearest numbers of bfloat16's 8 significant bits, as float32. */
const rounded = (context: Context, value: Value): Value =>
  context.xla
    ? // XLA removes a cast there and back.
      one(context, "XlaReducePrecision", [value], ["output", "float32"], {
        ...typed("float32"),
        exponent_bits: { integer: 8 },
        mantissa_bits: { integer: 7 },
      })
    : cast(context, cast(context, value, "bfloat16"), "float32");

/** A product of two matrices whose operands are rounded to bfloat16; sums and result are float32. */
const roundedProduct = (context: Context, operands: readonly Value[], rows: number, transposes: Transposes): Value =>
  context.xla && (context.matrixUnits || rows <= fewRows)
    ? dot(context, operands, transposes)
    : matMul(
        context,
        operands.map((operand) => rounded(context, operand)),
        transposes,
      );

const product = (node: Node, context: Context): readonly Value[] => {
  const operands = [input(node, 0, context), input(node, 1, context)];
  const transposes = {
    a: wholeAttribute(node, "transA", 0) === 1,
    b: wholeAttribute(node, "transB", 0) === 1,
  };
  const shape = context.shape(node.inputs[0]!);
  // The operator of two matrices has faster kernels than that of batches.
  const isPlain = shape?.length === 2 && context.shape(node.inputs[1]!)?.length === 2;
  if (!isPlain) return [batchMatMul(context, operands, transposes)];
  if (!context.bfloat16) return [matMul(context, operands, transposes)];
  return [roundedProduct(context, operands, shape[transposes.a ? 1 : 0]!, transposes)];
};

/** By operator. */
export const matrices: Translations = { MatMul: product, FusedMatMul: product };
