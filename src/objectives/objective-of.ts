/** The objective of an experiment's values. */
import { objectives, type ObjectiveValues } from "./index.ts";
import type { Objective, Signal } from "./objective.ts";

const made = new WeakMap<ObjectiveValues, Objective<Signal>>();

/**
 * The objective that these values name. It is made once for each object of values, so that the rules of a file, a run
 * and its parts all ask the same one. `RangeError` for values that contradict each other.
 */
export const objectiveOf = (values: ObjectiveValues): Objective<Signal> => {
  const known = made.get(values);
  if (known !== undefined) return known;
  const objective = objectives.create(values);
  made.set(values, objective);
  return objective;
};
