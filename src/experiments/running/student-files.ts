/** What a training leaves of its student on the disk. */
import { join } from "node:path";
import { withAdapters } from "../../policies/adapters/lora.ts";
import { saveAdapters } from "../../policies/adapters/peft.ts";
import { isScoring } from "../../policies/classification-head.ts";
import { studentPolicyOf } from "../../policies/checkpoints/classifier.ts";
import { savePolicy } from "../../policies/checkpoints/huggingface.ts";
import { recipeTask } from "../../training/recipe/recipe-task.ts";
import type { Recipe } from "../../training/recipe/recipe.ts";
import type { Finished } from "../../training/recipe/step-report.ts";
import type { StageStore } from "../stage-store/stage-store.ts";
import type { PlannedTraining } from "../planning/planned.ts";
import { isNewPolicy } from "../schema/trainings.ts";
import { writeTokenizerFiles } from "../inputs/tokenizer-files.ts";

/** The folder or file of the student before the training, if there is one. */
const baseFolder = ({ values: { student }, inputs }: PlannedTraining, stageStore: StageStore): string | undefined => {
  if (isNewPolicy(student) || student.layers !== undefined) return undefined;
  return "stage" in student ? stageStore.folder(inputs[student.stage]!) : student.checkpoint;
};

/** What the student is made of, and what it was trained as. */
export interface StudentSource {
  readonly recipe: Recipe;
  readonly training: PlannedTraining;
  readonly stageStore: StageStore;
}

/** The student as a HuggingFace folder; adapters are merged into it, and also written to `adapter/` as PEFT does. */
export const writeStudent = async (
  folder: string,
  { weights, adapters }: Pick<Finished, "weights" | "adapters">,
  { recipe, training: planned, stageStore }: StudentSource,
): Promise<void> => {
  const { student, training } = recipe;
  const { tokenizer } = recipeTask(recipe);
  const policy = studentPolicyOf(student.config);
  // Transformers looks for the last token of a sequence that it classifies by the id of padding, which an
  // end-of-sequence of the same id would be taken for.
  const padId = isScoring(policy) && tokenizer.padId === tokenizer.endId ? null : tokenizer.padId;
  await savePolicy(folder, { policy, weights }, { endId: tokenizer.endId, padId });
  await writeTokenizerFiles(folder, tokenizer);
  if (adapters === undefined || training.adapters === undefined) return;
  const model = { policy: withAdapters(policy, training.adapters), weights: adapters };
  await saveAdapters(join(folder, "adapter"), model, baseFolder(planned, stageStore));
};
