/** How one kind of model is described by a HuggingFace `config.json`. */
import type { TSchema } from "@sinclair/typebox";
import type { PolicyContext } from "../policy.ts";

/** Reads the configurations of one `model_type` into the values `V` of a policy family. */
export interface ConfigFormat<V> {
  /** The value of `model_type`. */
  readonly modelType: string;
  /** What is needed, and for options that would change the arithmetic the only value that is supported. Other keys are ignored. */
  readonly schema: TSchema;
  /** Names of tensors that files of this type may hold beside the parameters and that are never read: buffers that follow from the configuration. */
  readonly ignored?: RegExp;
  /** From a configuration that fits the schema. `RangeError` for what a schema cannot say. */
  read(config: Readonly<Record<string, unknown>>): { readonly values: V; readonly context: PolicyContext };
}
