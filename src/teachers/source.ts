/** Where a teacher comes from, as plain data: a policy, a server, or several of them together. */
import type { Weights } from "../policies/policy.ts";
import type { TeacherServerValues } from "./remote/settings.ts";

/** A policy with its weights. */
export interface PolicySource {
  /** A HuggingFace `config.json` document. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: Weights;
  /** Divides the logits; below 1 sharpens the target. */
  readonly temperature: number;
  /** The `tokenizer.json` document of a policy whose tokenizer is not the task's. */
  readonly tokenizer?: unknown;
  /** Of a teacher that follows the student: its weights become the average of the student's with this decay. The given ones are those that it starts from. */
  readonly decay?: number;
}

/** A policy on a server. */
export interface ServerSource {
  readonly server: TeacherServerValues;
  /** Divides the logits. */
  readonly temperature: number;
}

/** One teacher. */
export type SingleSource = PolicySource | ServerSource;

/** Several teachers that speak with one voice: the weighted mean of their probabilities. */
export interface MixtureSource {
  /** Weights above 0; their sum counts as 1. */
  readonly mixture: readonly { readonly teacher: SingleSource; readonly weight: number }[];
}

/** Where a teacher comes from. */
export type TeacherSource = SingleSource | MixtureSource;

/** All single teachers that a source is made of, in its order. */
export const singleSources = (source: TeacherSource): readonly SingleSource[] =>
  "mixture" in source ? source.mixture.map(({ teacher }) => teacher) : [source];

/** The policies here that a source is made of. */
export const policySources = (source: TeacherSource): readonly PolicySource[] =>
  singleSources(source).flatMap((single) => ("config" in single ? [single] : []));

/** The decay of the teacher that follows the student; nothing where none does. `RangeError` for several decays: one average is kept. */
export const decayOf = (source: TeacherSource): number | undefined => {
  const decays = new Set(policySources(source).flatMap(({ decay }) => decay ?? []));
  if (decays.size > 1) throw new RangeError(`teacher: expected one decay of all averages of the student, got ${[...decays].join(" and ")}`);
  return [...decays][0];
};

const identityOfOne = (source: SingleSource): object => {
  const { temperature } = source;
  if ("server" in source) return { url: source.server.url, model: source.server.model, temperature };
  return { config: source.config, temperature, ...(source.decay === undefined ? {} : { decay: source.decay }) };
};

/** What names a source among others, weights aside: a policy by its configuration, a server by its address and the model there. Plain data. */
export const sourceIdentity = (source: TeacherSource): unknown =>
  "mixture" in source
    ? { mixture: source.mixture.map(({ teacher, weight }) => ({ ...identityOfOne(teacher), weight })) }
    : identityOfOne(source);
