/** A teacher on a server, probed before the run for everything that the run needs of it. */
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

/** Sequences of a probe. */
const samples = 4;

/** A server is probed for all log-probs where some teachers are mixed. */
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
  const prompts = task.train
    .slice(0, samples)
    .map((prompt, index) => ({ prompt, order: { prompt: index, sample: 0 } }));
  const detail: Detail = topK === undefined ? "all" : { topK };
  const rollouts = prompts.map((one) => referenceRollout(task, one, maxNewTokens, 0));
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
