/** A recipe from the values of an experiment, without a file: what `train` takes. */
import { join } from "node:path";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import type { Recipe } from "../../training/recipe/recipe.ts";
import { stageStoreIn } from "../stage-store/stage-store.ts";
import { extendedSource } from "../file/extended-source.ts";
import { readInputs } from "../inputs/inputs.ts";
import { planRuns } from "../planning/run-plan.ts";
import { checkSource } from "../planning/sound-file.ts";
import { machineFor, recipeFor } from "./planned-recipe.ts";
import type { RecipeValues } from "../schema/experiment-file.ts";
import { parseSource } from "../file/file-source.ts";

/** Where a recipe is made. */
export interface RecipeOptions {
  /** Where the paths in the values are relative to; the working folder when left out. */
  readonly folder?: string;
  /** Threads of each part; what the machine has when left out. */
  readonly threads?: number;
  /** How models of the Hub are found. */
  readonly hub?: HubOptions;
}

/** `RangeError` that names a function among the values, which JSON would leave out. */
const checkPlain = (value: unknown, pointer = ""): void => {
  if (typeof value === "function") {
    throw new RangeError(
      `recipe: expected plain data at ${pointer}, got a function: a recipe goes to other threads; export the ` +
        `function from a module and name that ({ "module": "reward.ts" }), or use createRewards ` +
        "in a loop",
    );
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) checkPlain(inner, `${pointer}/${key}`);
};

/**
 * The recipe of one training, from the keys of an experiment file; what they leave out has the file's defaults, and a
 * `question` is not asked for. `ExperimentError` with every problem, `RangeError` for variants and stages, which
 * `execute` runs, and for functions, which no other thread can be given.
 */
export const recipeOf = async (
  values: RecipeValues,
  { folder = ".", threads, hub = {} }: RecipeOptions = {},
): Promise<Recipe> => {
  checkPlain(values);
  const path = join(folder, "recipe.json");
  const text = JSON.stringify({ question: "Asked from TypeScript.", ...values });
  const file = checkSource(extendedSource(parseSource(path, text)), []);
  const [run, ...others] = planRuns(file, await readInputs(file.drafts, folder, hub));
  if (run === undefined || others.length > 0 || run.stages.length > 0) {
    throw new RangeError(
      "recipe: expected one training, got variants or stages; write them to a file and run it with execute",
    );
  }
  return recipeFor(run, path, stageStoreIn(join(folder, ".retort", "stages")), await machineFor(run.values, threads));
};
