/** Where a teacher comes from, as plain data: a policy, a server, or several of them together. */
import type { Weights } from "../policies/policy.ts";
import type { TeacherServerValues } from "./remote/settings.ts";

/** What a teacher reads instead of the student's prompt. */
export interface ContextSource {
  /** See `promptText`. */
  readonly template: string;
  /** Most tokens of it with any training prompt. */
  readonly promptTokens: number;
}

/** Where a teacher's scores are stored. */
export interface ScoresSource {
  readonly folder: string;
  /** Whether the teacher is asked for what is not there. */
  readonly ask: boolean;
  /** Most that all scores in the folder take, of all teachers. */
  readonly mebibytes: number;
}

interface SharedSource {
  /** Divides the logits; below 1 sharpens the target. */
  readonly temperature: number;
  /** Of a teacher that is shown more than the student. */
  readonly context?: ContextSource;
  readonly scores?: ScoresSource;
}

/** A policy with its weights. */
export interface PolicySource extends SharedSource {
  /** A HuggingFace `config.json` document. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: Weights;
  /** The `tokenizer.json` document of a policy whose tokenizer is not the task's. */
  readonly tokenizer?: unknown;
  /**
   * Of a teacher that follows the student: its weights become the average of the student's with this decay. The given
   * ones are those that it starts from.
   */
  readonly decay?: number;
}

/** A policy on a server. */
export interface ServerSource extends SharedSource {
  readonly server: TeacherServerValues;
}

/** One teacher. */
export type SingleSource = PolicySource | ServerSource;

/** Several teachers that speak with one voice: the weighted mean of their probabilities. */
export interface MixtureSource {
  /** Weights above 0; their sum counts as 1. */
  readonly mixture: readonly { readonly teacher: SingleSource; readonly weight: number }[];
}

/** Several teachers of which each prompt names one. */
export interface RoutedSource {
  /** The prompts' field that names it. */
  readonly by: string;
  readonly routes: Readonly<Record<string, SingleSource | MixtureSource>>;
}

/** Where a teacher comes from. */
export type TeacherSource = SingleSource | MixtureSource | RoutedSource;

/** All single teachers that a source is made of, in its order. */
export const singleSources = (source: TeacherSource): readonly SingleSource[] => {
  if ("routes" in source) return Object.values(source.routes).flatMap(singleSources);
  return "mixture" in source ? source.mixture.map(({ teacher }) => teacher) : [source];
};

/** The policies here that a source is made of. */
export const policySources = (source: TeacherSource): readonly PolicySource[] =>
  singleSources(source).flatMap((single) => ("config" in single ? [single] : []));

/**
 * The decay of the teacher that follows the student; nothing where none does. `RangeError` for several decays: one
 * average is stored.
 */
export const decayOf = (source: TeacherSource): number | undefined => {
  const decays = new Set(policySources(source).flatMap(({ decay }) => decay ?? []));
  if (decays.size > 1)
    throw new RangeError(
      `teacher: expected one decay of all averages of the student, got ${[...decays].join(" and ")}`,
    );
  return [...decays][0];
};

/** Why a source is no policy that could draw the student's tokens: what it is instead; nothing when it is one. */
export const otherThanDrawing = (source: TeacherSource): string | undefined => {
  if ("routes" in source) return "several of which each prompt names one";
  if ("mixture" in source) return "a mixture";
  if ("server" in source) return "one on a server";
  if (source.decay !== undefined) return "an average of the student";
  return source.context === undefined ? undefined : "one with a context of its own";
};

const identityOfOne = (source: SingleSource): object => {
  const { temperature, context } = source;
  const shared = { temperature, context: context?.template };
  if ("server" in source) return { url: source.server.url, model: source.server.model, ...shared };
  return { config: source.config, decay: source.decay, ...shared };
};

/**
 * What names a source among others, weights aside: a policy by its configuration, a server by its address and the model
 * there. Plain data.
 */
export const sourceIdentity = (source: TeacherSource): unknown => {
  if ("routes" in source) {
    const { by, routes } = source;
    return {
      by,
      routes: Object.fromEntries(Object.entries(routes).map(([name, route]) => [name, sourceIdentity(route)])),
    };
  }
  if (!("mixture" in source)) return identityOfOne(source);
  return { mixture: source.mixture.map(({ teacher, weight }) => ({ ...identityOfOne(teacher), weight })) };
};
