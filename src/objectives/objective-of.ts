/** The objective of an experiment's values. */
import { reportingImportance } from "./importance-report.ts";
import { objectives, type ObjectiveValues } from "./index.ts";
import type { Objective, Signal } from "./objective.ts";

const made = new WeakMap<ObjectiveValues, Objective<Signal>>();

/**
 * The objective that these values name. It is made once for each object of values, so that the rules of a file, a run
 * and its parts all ask the same one. For completions that are drawn ahead of the learner `aheadTemperature` is the
 * temperature that sampled them: the objective then also reports how far the student has moved since. `RangeError` for
 * values that contradict each other.
 */
export const objectiveOf = (values: ObjectiveValues, aheadTemperature?: number): Objective<Signal> => {
  const objective = made.get(values) ?? objectives.create(values);
  made.set(values, objective);
  return aheadTemperature === undefined ? objective : reportingImportance(objective, aheadTemperature);
};
