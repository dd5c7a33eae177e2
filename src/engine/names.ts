/** The names of engines, apart from engines: who only says which one to use needs no types of TensorFlow.js. */

/** Engines by their name in experiment files, best first; `auto` takes the first that is there. */
export const engineNames = ["auto", "tensorflow-gpu", "onnx", "tensorflow-cpu", "webgpu", "wasm", "cpu"] as const;
/** One of them. */
export type EngineName = (typeof engineNames)[number];
