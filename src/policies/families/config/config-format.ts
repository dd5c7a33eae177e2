/** How one kind of model is described by a HuggingFace `config.json`. */
import type { TObject } from "@sinclair/typebox";
import type { PolicyContext } from "../../policy.ts";

/**
 * Reads the configurations of one `model_type` into the values `V` of a policy family. A key that is neither in the
 * schema nor harmless is refused.
 */
export interface ConfigFormat<V> {
  /** The value of `model_type`. */
  readonly modelType: string;
  /** What is needed, and for options that would change the arithmetic the values that are supported. */
  readonly schema: TObject;
  /**
   * Keys of this kind of model, besides those of every configuration, that change nothing of the logits: dropout, for
   * example.
   */
  readonly harmless: readonly string[];
  /**
   * Names of tensors that files of this type may hold beside the parameters and that are never read: buffers that
   * follow from the configuration.
   */
  readonly ignored?: RegExp;
  /**
   * The parameter that some files store under another name: a copy of a tied one, a name without its
   * prefix.
   */
  readonly alias?: (tensor: string) => string | undefined;
  /** Parameters that some files leave out, each with the one whose values it then has. */
  readonly leftOut?: Readonly<Record<string, string>>;
  /** From a configuration that fits the schema. `RangeError` names all that a schema cannot say. */
  read(config: Readonly<Record<string, unknown>>): { readonly values: V; readonly context: PolicyContext };
}
