/** The one number that says how good a student is: of an evaluation, a run, a stage. */

/** Metric of evaluations: the mean weighted sum of the rewards of held-out completions. */
export const heldOutReward = "evaluation/reward";

/** A metric of an evaluation; higher is better. */
export interface Headline {
  readonly metric: string;
  readonly value: number;
}

/**
 * The accuracy, or in a task without references the held-out reward; nothing where neither was measured. `asked` names
 * another metric to take instead.
 */
export const headlineOf = (metrics: Readonly<Record<string, number>>, asked?: string): Headline | undefined => {
  const metric = (asked === undefined ? ["accuracy", heldOutReward] : [asked]).find(
    (name) => metrics[name] !== undefined,
  );
  return metric === undefined ? undefined : { metric, value: metrics[metric]! };
};

/** What came of a training, in the numbers that a person asks for first; of its last evaluation. */
export interface Outcome {
  /** Share of right answers in [0, 1]; nothing in a task without references. */
  readonly accuracy?: number | undefined;
  /** The held-out reward; nothing where none was measured. */
  readonly reward?: number | undefined;
}

/** The outcome that metrics hold. */
export const outcomeOf = (metrics: Readonly<Record<string, number>>): Outcome => ({
  accuracy: metrics["accuracy"],
  reward: metrics[heldOutReward],
});
