/** Matrix products. */
import * as tf from "@tensorflow/tfjs";
import { kernel, operand } from "./kernel.ts";

/** Registers them. A transposed operand becomes a flag of ONNX Runtime's FusedMatMul: no transpose is computed. */
export const registerMatrices = (): void => {
  kernel<{ transposeA: boolean; transposeB: boolean }>(
    "BatchMatMul",
    (inputs, { transposeA, transposeB }, recorder) => {
      const [a, b] = [operand(inputs, "a"), operand(inputs, "b")];
      const rows = a.shape.at(transposeA ? -1 : -2)!;
      const columns = b.shape.at(transposeB ? -2 : -1)!;
      const shape = [
        ...tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)),
        rows,
        columns,
      ];
      const operands = [recorder.name(a), recorder.name(b)];
      if (!transposeA && !transposeB) return recorder.node("MatMul", operands, shape, "float32");
      const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
      return recorder.node("FusedMatMul", operands, shape, "float32", attributes, "com.microsoft");
    },
  );
};
