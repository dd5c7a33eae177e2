/** The configuration of a policy from a module of the user's: the module's hash and its parameters. */
import { Type, type Static } from "@sinclair/typebox";
import type { ConfigFormat } from "./config-format.ts";
import type { PolicyContext } from "../../policy.ts";

/** Values of a policy that a module makes. */
export interface ModulePolicyValues {
  readonly module: string;
  /** sha256 of its code. */
  readonly code: string;
}

/**
 * What a module has made, with its sizes and its `config.json`. The module's code is not part of that: code of a
 * checkpoint is never run.
 */
export const configured = (
  made: object,
  { module, code, ...parameters }: ModulePolicyValues,
  context: unknown,
): object => {
  const { vocabularySize, contextLength } = context as PolicyContext;
  const config = {
    architectures: ["RetortModule"],
    model_type: "retort-module",
    module,
    code,
    parameters,
    vocab_size: vocabularySize,
    max_position_embeddings: contextLength,
  };
  return { vocabularySize, contextLength, ...made, config };
};

const schema = Type.Object({
  model_type: Type.Literal("retort-module"),
  module: Type.String({ minLength: 1 }),
  code: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  parameters: Type.Object({}, { additionalProperties: true }),
  vocab_size: Type.Integer({ minimum: 1 }),
  max_position_embeddings: Type.Integer({ minimum: 1 }),
});

/** Reads them. The policy can be made where the module was read before, by the experiment file that names it. */
export const moduleConfig: ConfigFormat<ModulePolicyValues> = {
  modelType: "retort-module",
  schema,
  harmless: [],
  read(document) {
    const config = document as Static<typeof schema>;
    return {
      values: { ...config.parameters, module: config.module, code: config.code },
      context: { vocabularySize: config.vocab_size, contextLength: config.max_position_embeddings },
    };
  },
};
