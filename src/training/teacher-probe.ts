/** A teacher on a server, asked before the run for all that the run takes for granted. */
import { objectives } from "../objectives/index.ts";
import { policyOf } from "../policies/checkpoints/huggingface.ts";
import { probeServer, type ServerFacts } from "../teachers/remote/probe.ts";
import { recipeTask } from "./recipe-task.ts";
import type { Recipe } from "./recipe.ts";
import { referenceRollout } from "./drawing.ts";
import { runShape } from "./shape.ts";

/** Sequences that it is asked for. */
const samples = 4;

/** What the server says; nothing when the teacher is none on a server. Errors are those of `probeServer`. */
export const probeTeacher = async (recipe: Recipe, signal: AbortSignal): Promise<ServerFacts | undefined> => {
  const { teacher, student, objective } = recipe;
  if (teacher === undefined || !("server" in teacher)) return undefined;
  const task = recipeTask(recipe);
  const { promptLength, maxNewTokens } = runShape(recipe, task);
  const { topK } = objectives.create(objective);
  const places = task.train.slice(0, samples).map((prompt, index) => ({ prompt, order: { prompt: index, sample: 0 } }));
  return probeServer(
    {
      ...teacher,
      detail: topK === undefined ? "all" : { topK },
      vocabularySize: policyOf(student.config).vocabularySize,
      tokenizer: task.tokenizer,
      samples: places.map((place) => referenceRollout(task, place, maxNewTokens, 0)),
      length: promptLength + maxNewTokens,
    },
    signal,
  );
};
