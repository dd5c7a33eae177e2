/** Classifiers as HuggingFace folders: transformers' *ForSequenceClassification. */
import { join } from "node:path";
import { classifierOf, scoringPolicy, type Classifier, type ClassifierCheckpoint } from "../classification-head.ts";
import type { Policy } from "../policy.ts";
import { naming } from "../../files/byte-source.ts";
import { configFile, policyOf, readConfig, readParameters } from "./huggingface.ts";
import { quoted } from "../../files/quoted.ts";
import { openWeights } from "./safetensors/safetensors-files.ts";

/** Most labels of a configuration. */
const mostLabels = 1_000_000;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * How many labels the classifier of a `config.json` has; nothing for a configuration of something else. Transformers
 * leaves two labels without names out. `RangeError` for a number that cannot be.
 */
export const labelsOf = (document: unknown): number | undefined => {
  if (!isObject(document)) return undefined;
  const { architectures, id2label, num_labels: count } = document;
  const isClassifier =
    Array.isArray(architectures) && architectures.some((name) => String(name).endsWith("ForSequenceClassification"));
  if (!isClassifier) return undefined;
  const labels = isObject(id2label) ? Object.keys(id2label).length : (count ?? 2);
  if (typeof labels === "number" && Number.isInteger(labels) && labels >= 1 && labels <= mostLabels) return labels;
  throw new RangeError(`id2label: expected 1 to ${mostLabels} labels, got ${quoted(labels)}`);
};

/** Names of labels by their numbers, where the configuration has some. */
const namesOf = (document: unknown, labels: number): (string | undefined)[] => {
  const { id2label } = document as { readonly id2label?: unknown };
  if (!isObject(id2label)) return [];
  return Array.from({ length: labels }, (_, label) => {
    const name = id2label[String(label)];
    return typeof name === "string" ? name : undefined;
  });
};

/**
 * The classifier that a `config.json` describes. `RangeError` as `policyOf`, and for a configuration of something else.
 */
export const classifierFrom = (document: unknown): Classifier => {
  const policy = policyOf(document);
  const labels = labelsOf(document);
  if (labels !== undefined) return classifierOf(policy, labels, namesOf(document, labels));
  const { architectures } = document as { architectures?: unknown };
  throw new RangeError(
    `architectures: expected one that ends with ForSequenceClassification, got ${quoted(architectures)}`,
  );
};

/**
 * The student of a `config.json`: the policy that it describes, or the reward model where it describes a classifier of
 * one label. `RangeError` as `policyOf`, and for a classifier of several labels.
 */
export const studentPolicyOf = (document: unknown): Policy => {
  const policy = policyOf(document);
  const labels = labelsOf(document);
  if (labels === undefined) return policy;
  if (labels !== 1) throw new RangeError(`id2label: expected one label of a reward model, got ${labels}`);
  return scoringPolicy(policy, namesOf(document, labels));
};

/**
 * Reads a folder that transformers or `savePolicy` wrote of a classifier. Errors name the file and what is wrong in it.
 */
export const loadClassifier = async (folder: string): Promise<ClassifierCheckpoint> => {
  const document = await readConfig(folder);
  const classifier = await naming(join(folder, configFile), () => classifierFrom(document));
  return { classifier, weights: await readParameters(classifier.parameters, document, await openWeights(folder)) };
};
