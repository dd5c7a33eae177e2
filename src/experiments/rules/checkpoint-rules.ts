/** What a schema cannot say of checkpoints: the metric of the best one is one that evaluations measure. */
import { closest } from "fastest-levenshtein";
import { measures } from "../../evaluation/measures/index.ts";
import { objectiveOf } from "../../objectives/objective-of.ts";
import { rewards } from "../../rewards/index.ts";
import type { Task } from "../../tasks/task.ts";
import { heldOutReward } from "../../training/recipe/headline.ts";
import { attempt } from "../file/refusals.ts";
import type { Mistake } from "../schema/check.ts";
import type { TrainingValues } from "../schema/trainings.ts";

/** Metrics of every evaluation by name, and beginnings of names whose ends are not known before. */
const measuredBy = (values: TrainingValues, task: Task, folder: string): readonly string[] => {
  const objective = attempt(() => objectiveOf(values.objective));
  if ("part" in objective && objective.part.pairs === true) return ["accuracy", "pairs/margin", "pairs/score"];
  const { metrics = [], agreement, rewards: measured = true } = values.evaluation;
  const named = values.rewards.flatMap((reward) => {
    const made = attempt(() => rewards.create(reward, { task, folder }));
    return "part" in made ? [reward.name ?? made.part.name] : [];
  });
  return [
    ...(task.answered === false ? [] : ["accuracy"]),
    ...(measured && named.length > 0 ? [heldOutReward, ...named.map((name) => `${heldOutReward}/${name}`)] : []),
    ...metrics.map((measure) => measures.create(measure).name),
    "well-formed",
    "truncated",
    "length",
    ...(agreement === undefined
      ? []
      : ["own-prefixes/", `${agreement.prefixes === "teacher" ? "teacher" : "reference"}-prefixes/`, "exposure-gap/"]),
  ];
};

/** What is wrong with the best checkpoint of a training. */
export const checkpointMistakes = (values: TrainingValues, task: Task, folder: string): Mistake[] => {
  const { best } = values.training.checkpoints;
  if (best === false) return [];
  const known = measuredBy(values, task, folder);
  const pointer = "/training/checkpoints/best";
  if (best === true) {
    if (known.includes("accuracy") || known.includes(heldOutReward)) return [];
    const message =
      `expected the name of a metric of evaluations, got true: without references there is no accuracy, and no ` +
      `reward is measured; one of ${known.join(", ")}`;
    return [{ pointer, message }];
  }
  const begins = (name: string): boolean => name.endsWith("/") || name.startsWith(`${heldOutReward}/`);
  const isKnown = (name: string): boolean =>
    best === name || (begins(name) && best.startsWith(name.endsWith("/") ? name : `${name}/`));
  if (known.some(isKnown)) return [];
  const message =
    `expected a metric of every evaluation, ${known.join(", ")}, got "${best}"; ` +
    `did you mean "${closest(best, [...known])}"?`;
  return [{ pointer, message }];
};
