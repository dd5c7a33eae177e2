/** A policy as a HuggingFace folder: `config.json` and `model.safetensors`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import { configFormats, policies } from "../families/index.ts";
import type { Policy, Weights } from "../policy.ts";
import { writeWhole } from "./atomic-file.ts";
import { unknownKeys } from "./config-keys.ts";
import { readSafetensors, writeSafetensors, type StoredTensor } from "./safetensors.ts";

/** A policy with its weights. */
export interface Checkpoint {
  readonly policy: Policy;
  readonly weights: Weights;
}

/** Ids of the tokenizer that HuggingFace's `generate` reads from `config.json`. */
export interface SpecialTokens {
  readonly endId: number;
  readonly padId: number;
}

const paths = (folder: string): { config: string; weights: string } => ({
  config: join(folder, "config.json"),
  weights: join(folder, "model.safetensors"),
});

const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** `RangeError` that names every parameter that is missing, unexpected, or of another shape. */
const checkTensors = (policy: Policy, tensors: Readonly<Record<string, StoredTensor>>): void => {
  const wrong: string[] = [];
  for (const [name, { shape }] of Object.entries(policy.parameters)) {
    const tensor = tensors[name];
    if (tensor === undefined) wrong.push(`"${name}" is missing`);
    else if (tensor.shape.join() !== shape.join()) wrong.push(`"${name}": expected ${shapeText(shape)}, got ${shapeText(tensor.shape)}`);
  }
  for (const name of Object.keys(tensors)) if (!Object.hasOwn(policy.parameters, name)) wrong.push(`"${name}" is unexpected`);
  if (wrong.length > 0) throw new RangeError(`the weights do not fit the configuration: ${wrong.join("; ")}`);
};

/** Runs `read`; a `RangeError` or `SyntaxError` names the file. */
const naming = <T>(path: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) error.message = `${path}: ${error.message}`;
    throw error;
  }
};

const expectation = ({ keyword, params, message }: ErrorObject): string => {
  const { allowedValue, allowedValues } = params as { allowedValue?: unknown; allowedValues?: readonly unknown[] };
  if (keyword === "const") return `expected ${JSON.stringify(allowedValue)}`;
  if (keyword === "enum") return `expected one of ${(allowedValues ?? []).map((value) => JSON.stringify(value)).join(", ")}`;
  return message ?? keyword;
};

const describe = (error: ErrorObject): string => {
  const key = error.instancePath.slice(1).replaceAll("/", ".");
  return key === "" ? expectation(error) : `${key}: ${expectation(error)}, got ${JSON.stringify(error.data)}`;
};

/** The policy that a `config.json` document describes. `RangeError` for an unknown model type or an option that is not supported. */
export const policyOf = (document: unknown): Policy => {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new RangeError(`expected an object with model_type, got ${JSON.stringify(document)}`);
  }
  const config: Record<string, unknown> = { ...document };
  const format = configFormats.find(({ modelType }) => modelType === config["model_type"]);
  if (format === undefined) {
    const known = configFormats.map(({ modelType }) => modelType).join(", ");
    throw new RangeError(`expected model_type to be one of ${known}, got ${JSON.stringify(config["model_type"])}`);
  }
  const validate = new Ajv({ allErrors: true, verbose: true, useDefaults: true, allowUnionTypes: true }).compile(format.schema);
  const unknown = unknownKeys(config, format).map((key) => `${JSON.stringify(key)} is not known, and may change the arithmetic`);
  const unfit = validate(config) ? [] : (validate.errors ?? []).map(describe);
  if (unknown.length + unfit.length > 0) throw new RangeError([...unfit, ...unknown].join("; "));
  const { values, context } = format.read(config);
  return policies.create(values, context);
};

/** Writes `config.json` and `model.safetensors`, each whole or not at all; a `tokenizer.json` is the caller's. `RangeError` when weights do not fit. */
export const savePolicy = async (folder: string, { policy, weights }: Checkpoint, special?: SpecialTokens): Promise<void> => {
  const tensors = Object.fromEntries(
    Object.entries(weights).map(([name, data]) => [name, { shape: policy.parameters[name]?.shape ?? [data.length], data }]),
  );
  checkTensors(policy, tensors);
  const { config: configPath, weights: weightsPath } = paths(folder);
  const tokens = special === undefined ? {} : { eos_token_id: special.endId, pad_token_id: special.padId };
  await writeSafetensors(weightsPath, { tensors, metadata: { format: "pt" } });
  await writeWhole(configPath, `${JSON.stringify({ ...policy.config, ...tokens }, null, 2)}\n`);
};

/** Reads a folder that `savePolicy` or transformers wrote. Errors name the file and what is wrong in it. */
export const loadPolicy = async (folder: string): Promise<Checkpoint> => {
  const { config: configPath, weights: weightsPath } = paths(folder);
  const text = await readFile(configPath, "utf8");
  const policy = naming(configPath, () => policyOf(JSON.parse(text)));
  const { tensors } = await readSafetensors(weightsPath);
  naming(weightsPath, () => {
    checkTensors(policy, tensors);
  });
  return { policy, weights: Object.fromEntries(Object.keys(policy.parameters).map((name) => [name, tensors[name]!.data])) };
};
