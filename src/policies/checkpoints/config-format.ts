/** How one kind of model is described by a HuggingFace `config.json`. */
import type { TObject } from "@sinclair/typebox";
import type { PolicyContext } from "../policy.ts";

/** Reads the configurations of one `model_type` into the values `V` of a policy family. A key that is neither in the schema nor harmless is refused. */
export interface ConfigFormat<V> {
  /** The value of `model_type`. */
  readonly modelType: string;
  /** What is needed, and for options that would change the arithmetic the values that are supported. */
  readonly schema: TObject;
  /** Keys of this kind of model, besides those of every configuration, that change nothing of the logits: dropout, for example. */
  readonly harmless: readonly string[];
  /** From a configuration that fits the schema. `RangeError` names all that a schema cannot say. */
  read(config: Readonly<Record<string, unknown>>): { readonly values: V; readonly context: PolicyContext };
}
