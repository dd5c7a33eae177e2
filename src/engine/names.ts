/** The names of engines, apart from engines: who only says which one to use needs no types of TensorFlow.js. */

/** Engines by their name in experiment files, best first; `auto` takes the first that is there. */
export const engineNames = [
  "auto",
  "tensorflow-gpu",
  "onnx",
  "tensorflow",
  "tensorflow-cpu",
  "webgpu",
  "wasm",
  "cpu",
] as const;

/** The types in which products of matrices can be computed; all else is float32. */
export const precisions = ["float32", "bfloat16"] as const;
/** One of them. */
export type Precision = (typeof precisions)[number];

/** One of the engines, with its precision where that is not float32. */
export type EngineName = (typeof engineNames)[number] | "tensorflow-bfloat16";

/** The engine with a precision. `RangeError` for one that computes in float32 alone. */
export const withPrecision = (engine: EngineName, precision: Precision): EngineName => {
  if (precision === "float32") return engine;
  if (engine === "tensorflow") return "tensorflow-bfloat16";
  throw new RangeError(
    `precision: expected float32 with the engine ${engine}, got ${precision}; the engine tensorflow has it`,
  );
};
