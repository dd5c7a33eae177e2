/** The objective of an experiment's values. */
import { reportingImportance } from "./importance-report.ts";
import { objectives, type ObjectiveValues } from "./index.ts";
import type { Objective, Signal } from "./objective.ts";

/** Objectives with the values that they were made of, as text: whoever changes values in place gets another one. */
const made = new WeakMap<ObjectiveValues, { readonly text: string; readonly objective: Objective<Signal> }>();

/**
 * The objective that these values name. It is made once for each object of values, so that the rules of a file, a run
 * and its parts all ask the same one. For completions that are drawn ahead of the learner `aheadTemperature` is the
 * temperature that sampled them: the objective then also reports how far the student has moved since. `RangeError` for
 * values that contradict each other.
 */
export const objectiveOf = (values: ObjectiveValues, aheadTemperature?: number): Objective<Signal> => {
  const text = JSON.stringify(values);
  const known = made.get(values);
  const { objective } = known?.text === text ? known : { objective: objectives.create(values) };
  made.set(values, { text, objective });
  return aheadTemperature === undefined ? objective : reportingImportance(objective, aheadTemperature);
};
