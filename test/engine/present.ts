/** The engines that samplers and learners are tested on. */
import type { ConcreteEngineName } from "../../src/engine/choose.ts";
import { installedTensorFlow } from "../../src/engine/tensorflow/library/folder.ts";

/** Those that need nothing but `npm ci`, and TensorFlow's graphs where `retort engines install tensorflow` was run. */
export const presentEngines: readonly ConcreteEngineName[] = [
  "cpu",
  "onnx",
  ...(installedTensorFlow("cpu") === undefined ? [] : (["tensorflow"] as const)),
];
