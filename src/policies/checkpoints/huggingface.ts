/** A policy as a HuggingFace folder: `config.json` and `model.safetensors`. */
import { join } from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import { moduleKeywordDefinition } from "../../plugins/module-keyword.ts";
import { configFormats, policies } from "../families/index.ts";
import type { Policy, Weights } from "../policy.ts";
import { writeWhole } from "../../files/atomic-file.ts";
import { isThere, naming, readText } from "../../files/byte-source.ts";
import type { ConfigFormat } from "../families/config/config-format.ts";
import { unknownKeys } from "../families/config/config-keys.ts";
import type { FloatType } from "./safetensors/float-types.ts";
import { underParameterNames } from "./other-names.ts";
import { quoted } from "../../files/quoted.ts";
import { openWeights, weightsFile } from "./safetensors/safetensors-files.ts";
import { writeSafetensors } from "./safetensors/safetensors.ts";
import type { StoredWeights } from "./safetensors/stored-weights.ts";
import { defined } from "../../optional/defined.ts";

/** A policy with its weights. */
export interface Checkpoint {
  readonly policy: Policy;
  readonly weights: Weights;
}

/** Ids of the tokenizer that HuggingFace's `generate` reads from `config.json`. */
export interface SpecialTokens {
  readonly endId: number;
  /** null where padding is not to be told from tokens by its id. */
  readonly padId: number | null;
}

/** The file of a configuration. */
export const configFile = "config.json";

/** Longest configuration that is read, in bytes. */
const longestConfig = 16_000_000;

/** Most mistakes that one error names. */
const mostNamed = 20;

/** What PyTorch calls these types. */
const torchTypes: Readonly<Record<FloatType, string>> = { F32: "float32", F16: "float16", BF16: "bfloat16" };

const shapeText = (shape: readonly number[]): string => quoted(shape).replaceAll(",", ", ");

const sentence = (mistakes: readonly string[]): string =>
  mistakes.length > mostNamed
    ? `${mistakes.slice(0, mostNamed).join("; ")}; and ${mistakes.length - mostNamed} more`
    : mistakes.join("; ");

/** `RangeError` that names every parameter that is missing, unexpected, or of another shape. */
const checkTensors = (
  policy: Pick<Policy, "parameters">,
  tensors: StoredWeights["tensors"],
  ignored?: RegExp,
): void => {
  const wrong: string[] = [];
  for (const [name, { shape }] of Object.entries(policy.parameters)) {
    const tensor = tensors[name];
    if (tensor === undefined) wrong.push(`"${name}" is missing`);
    else if (tensor.shape.join() !== shape.join())
      wrong.push(`"${name}": expected ${shapeText(shape)}, got ${shapeText(tensor.shape)}`);
  }
  for (const name of Object.keys(tensors)) {
    if (!Object.hasOwn(policy.parameters, name) && ignored?.test(name) !== true)
      wrong.push(`${quoted(name)} is unexpected`);
  }
  if (wrong.length > 0) throw new RangeError(`the weights do not fit the configuration: ${sentence(wrong)}`);
};

/**
 * Each schema is compiled when it is first needed, and once: every thread of a run reads configurations. Optimising
 * costs more than the few checks gain, and compiling the schema of schemas more than all else: tests hold ours to it.
 */
const options = {
  allErrors: true,
  verbose: true,
  allowUnionTypes: true,
  validateSchema: false,
  code: { optimize: false },
} as const;
const configs = new Ajv({ ...options, useDefaults: true });
const experiments = new Ajv({ ...options, discriminator: true, keywords: [moduleKeywordDefinition] });

const expectation = ({ keyword, params, message }: ErrorObject): string => {
  const { allowedValue, allowedValues } = params as { allowedValue?: unknown; allowedValues?: readonly unknown[] };
  if (keyword === "const") return `expected ${JSON.stringify(allowedValue)}`;
  if (keyword === "enum")
    return `expected one of ${(allowedValues ?? []).map((value) => JSON.stringify(value)).join(", ")}`;
  return message ?? keyword;
};

const describe = (error: ErrorObject): string => {
  const key = error.instancePath.slice(1).replaceAll("/", ".");
  return key === "" ? expectation(error) : `${key}: ${expectation(error)}, got ${quoted(error.data)}`;
};

const formatOf = (
  document: unknown,
): { config: Record<string, unknown>; format: ConfigFormat<Parameters<typeof policies.create>[0]> } => {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new RangeError(`expected an object with model_type, got ${quoted(document)}`);
  }
  const config: Record<string, unknown> = { ...document };
  const format = configFormats.find(({ modelType }) => modelType === config["model_type"]);
  if (format !== undefined) return { config, format };
  const known = configFormats.map(({ modelType }) => modelType).join(", ");
  throw new RangeError(`expected model_type to be one of ${known}, got ${quoted(config["model_type"])}`);
};

/**
 * The policy that a `config.json` document describes. `RangeError` for an unknown model type or an option that is not
 * supported.
 */
export const policyOf = (document: unknown): Policy => {
  const { config, format } = formatOf(document);
  const validate = configs.compile(format.schema);
  const unknown = unknownKeys(config, format).map(
    (key) => `${quoted(key)} is not known, and may change the arithmetic`,
  );
  const unfit = validate(config) ? [] : (validate.errors ?? []).map(describe);
  if (unknown.length + unfit.length > 0) throw new RangeError(sentence([...unfit, ...unknown]));
  const { values, context } = format.read(config);
  // The bounds that hold in experiment files hold for configurations of strangers too.
  const isPossible = experiments.compile(policies.schemaFor(values));
  if (!isPossible(values)) throw new RangeError(sentence((isPossible.errors ?? []).map(describe)));
  return policies.create(values, context);
};

/**
 * Writes `config.json` and `model.safetensors` of a policy or a classifier, each whole or not at all; a
 * `tokenizer.json` is the caller's. `RangeError` when weights do not fit.
 */
export const savePolicy = async (
  folder: string,
  { policy, weights }: { readonly policy: Pick<Policy, "parameters" | "config">; readonly weights: Weights },
  special?: SpecialTokens,
  dtype: FloatType = "F32",
): Promise<void> => {
  const tensors = Object.fromEntries(
    Object.entries(weights).map(([name, data]) => [
      name,
      { shape: policy.parameters[name]?.shape ?? [data.length], data },
    ]),
  );
  checkTensors(policy, tensors);
  const tokens = defined({ eos_token_id: special?.endId, pad_token_id: special?.padId });
  await writeSafetensors(join(folder, weightsFile), { tensors, metadata: { format: "pt" } }, dtype);
  const config = {
    ...policy.config,
    ...("torch_dtype" in policy.config && { torch_dtype: torchTypes[dtype] }),
    ...tokens,
  };
  await writeWhole(join(folder, configFile), `${JSON.stringify(config, null, 2)}\n`);
};

/**
 * The weights of these parameters, as a file for a model of this configuration holds them. Errors name the file;
 * nothing is read before all is known to fit.
 */
export const readParameters = async (
  parameters: Policy["parameters"],
  document: unknown,
  stored: StoredWeights,
): Promise<Weights> => {
  const { format } = formatOf(document);
  const names = Object.keys(parameters);
  const named = underParameterNames(stored, names, format);
  await naming(stored.path, () => {
    checkTensors({ parameters }, named.tensors, format.ignored);
  });
  return named.read(names);
};

/** The policy of a configuration, with the weights that are stored for it. Errors as of `readParameters`. */
export const policyWith = async (document: unknown, stored: StoredWeights): Promise<Checkpoint> => {
  const policy = policyOf(document);
  return { policy, weights: await readParameters(policy.parameters, document, stored) };
};

/** The document of a folder's `config.json`. Errors name the file; `RangeError` for a folder without one. */
export const readConfig = async (folder: string): Promise<unknown> => {
  const path = join(folder, configFile);
  if (!(await isThere(path))) {
    // The folder of a run is what tables show.
    const student = join(folder, "student");
    const near = (await isThere(join(student, configFile))) ? `; the model of this run is ${student}` : "";
    throw new RangeError(`${path}: expected the configuration of a model, got no file${near}`);
  }
  const text = await readText(path, longestConfig);
  return naming(path, (): unknown => JSON.parse(text));
};

/**
 * Reads a folder that `savePolicy` or transformers wrote, its weights in one file or in shards. Errors name the file
 * and what is wrong in it.
 */
export const loadPolicy = async (folder: string): Promise<Checkpoint> => {
  const document = await readConfig(folder);
  await naming(join(folder, configFile), () => policyOf(document));
  return policyWith(document, await openWeights(folder));
};
