/** A teacher on a server, asked before the run for all that the run takes for granted. */
import { objectiveOf } from "../../objectives/objective-of.ts";
import { policyOf } from "../../policies/checkpoints/huggingface.ts";
import { memberDetail } from "../../teachers/mixture.ts";
import { probeServer, type ServerFacts } from "../../teachers/remote/probe.ts";
import { privilegedRollout } from "../../teachers/privileged.ts";
import { singleSources, type TeacherSource } from "../../teachers/teacher-source.ts";
import type { Detail } from "../../teachers/teacher.ts";
import { recipeTask } from "../recipe/recipe-task.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { referenceRollout } from "./drawing.ts";
import { runShape } from "../batch/run-shape.ts";

/** Sequences that it is asked for. */
const samples = 4;

/** A server is asked for all log-probs where some teachers are mixed. */
const mixes = (source: TeacherSource): boolean =>
  "mixture" in source || ("routes" in source && Object.values(source.routes).some(mixes));

/** What each server says that the teacher is on, in the recipe's order. Errors are those of `probeServer`. */
export const probeTeacher = async (recipe: Recipe, signal: AbortSignal): Promise<readonly ServerFacts[]> => {
  const { teacher, student, objective } = recipe;
  const servers =
    teacher === undefined ? [] : singleSources(teacher).flatMap((source) => ("server" in source ? [source] : []));
  if (teacher === undefined || servers.length === 0) return [];
  const task = recipeTask(recipe);
  const { promptLength, maxNewTokens } = runShape(recipe, task);
  const { topK } = objectiveOf(objective);
  const places = task.train.slice(0, samples).map((prompt, index) => ({ prompt, order: { prompt: index, sample: 0 } }));
  const detail: Detail = topK === undefined ? "all" : { topK };
  const rollouts = places.map((place) => referenceRollout(task, place, maxNewTokens, 0));
  const options = {
    detail: mixes(teacher) ? memberDetail(detail) : detail,
    vocabularySize: policyOf(student.config).vocabularySize,
    tokenizer: task.tokenizer,
  };
  return Promise.all(
    servers.map((server) => {
      const { context } = server;
      const shown = {
        samples:
          context === undefined
            ? rollouts
            : rollouts.map((one) => privilegedRollout(one, context.template, task.tokenizer)),
        length: (context?.promptTokens ?? promptLength) + maxNewTokens,
      };
      return probeServer({ ...server, ...options, ...shown }, signal);
    }),
  );
};
