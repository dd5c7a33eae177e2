/** Policies: distributions over the next token, their weights, and the files that hold them. */
export { Type } from "@sinclair/typebox";
export { loadModel } from "../experiments/inputs/model.ts";
export type { Model } from "../experiments/inputs/model.ts";
export { loadAdapters, saveAdapters } from "../policies/adapters/peft.ts";
export type { StoredAdapters } from "../policies/adapters/peft.ts";
export type { AdaptedPolicy, AdapterSettings } from "../policies/adapters/lora.ts";
export { mergedWeights } from "../policies/adapters/merge.ts";
export type { FloatType } from "../policies/checkpoints/safetensors/float-types.ts";
export type { HubOptions } from "../policies/checkpoints/hub/hub.ts";
export { policyOf, savePolicy } from "../policies/checkpoints/huggingface.ts";
export type { Checkpoint, SpecialTokens } from "../policies/checkpoints/huggingface.ts";
export { policies } from "../policies/families/index.ts";
export { initialWeights, parameterCount } from "../policies/initialize.ts";
export type {
  Decoder,
  DecodeStep,
  ParameterSpec,
  Policy,
  PolicyContext,
  SequenceTensors,
  Sequences,
  Weights,
} from "../policies/policy.ts";
export { definePolicy } from "../policies/policy.ts";
