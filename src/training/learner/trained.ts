/** What of a student is trained: all of it, all but some frozen parts, or adapters beside it. */
import { isAdapted, withAdapters } from "../../policies/adapters/lora.ts";
import { isScoring } from "../../policies/classification-head.ts";
import { initialWeights } from "../../policies/initialize.ts";
import { namesMatching } from "../../policies/name-patterns.ts";
import type { Policy, Weights } from "../../policies/policy.ts";
import { initialValueHead } from "../../policies/value-head.ts";
import type { Objective, Signal } from "../../objectives/objective.ts";
import type { TrainingSettings } from "../recipe/training-settings.ts";
import { trainedParameters } from "./update.ts";

/** The settings that say so. */
export type TrainedParts = Pick<TrainingSettings, "freeze" | "adapters">;

/** A student as the learner sees it. */
export interface Trainee {
  /** With its adapters, if it gets some. */
  readonly policy: Policy;
  /** Names of the policy's parameters that stay as they are. */
  readonly frozen: readonly string[];
}

/**
 * The student that learns. With adapters everything else is frozen. `RangeError` for adapters and frozen parts at once,
 * for adapters of a reward model, for a name that fits nothing, and when nothing would be left to learn.
 */
export const traineeOf = (policy: Policy, { freeze = [], adapters }: TrainedParts): Trainee => {
  if (adapters !== undefined) {
    if (isScoring(policy))
      throw new RangeError(
        "adapters: expected a student that writes, got a reward model, whose head has to learn; leave them out",
      );
    if (freeze.length > 0)
      throw new RangeError("freeze: expected nothing beside adapters, which freeze everything else; leave it out");
    return { policy: withAdapters(policy, adapters), frozen: Object.keys(policy.parameters) };
  }
  const names = Object.keys(policy.parameters);
  const frozen = namesMatching("freeze", freeze, names);
  if (frozen.length === names.length) {
    throw new RangeError(
      `freeze: expected something to be left to train, got ${freeze.join(", ")}, which is all of it`,
    );
  }
  return { policy, frozen };
};

/**
 * The weights that are trained, as they start: the student's own, adapters by the run's seed, and a value head of zeros
 * if the objective reads values.
 */
export const initialTrained = (
  { policy, frozen }: Trainee,
  weights: Weights,
  { objective, seed }: { readonly objective: Objective<Signal>; readonly seed: number },
): Weights => {
  const adapters = isAdapted(policy) ? initialWeights({ parameters: policy.adapters }, seed) : {};
  const all: Weights = { ...initialValueHead(policy), ...weights, ...adapters };
  return Object.fromEntries(
    Object.keys(trainedParameters(policy, objective, frozen)).map((name) => {
      const data = all[name];
      if (data === undefined) throw new RangeError(`student: expected weights of ${name}, got none`);
      return [name, data];
    }),
  );
};

/** The weights that are not. */
export const frozenWeights = ({ policy, frozen }: Trainee, weights: Weights): Weights =>
  Object.fromEntries(
    frozen.map((name) => {
      const data = weights[name];
      if (data === undefined)
        throw new RangeError(
          `student: expected weights of ${name} for a policy of ${Object.keys(policy.parameters).length} ` +
            "parameters, got none",
        );
      return [name, data];
    }),
  );
