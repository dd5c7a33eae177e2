/** The family of tasks. */
import { Type } from "@sinclair/typebox";
import { family } from "../plugins/family.ts";
import { arithmetic } from "./arithmetic/arithmetic.ts";
import { gaussianMixture } from "./gaussian-mixture.ts";
import { instructions } from "./instructions/instructions.ts";
import { prompts } from "./prompts/prompts.ts";
import { reports } from "./reports/reports.ts";
import { translation } from "./translation/translation.ts";

/** Every task that an experiment file can name. */
export const tasks = family("task", [arithmetic, gaussianMixture, instructions, prompts, reports, translation], {
  common: {
    seed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2 ** 53 - 1,
        description:
          "What its prompts are drawn with; the run's seed when left out. A sweep over seeds keeps one test split by " +
          "it.",
      }),
    ),
  },
  modules: {
    product: "an object { name, tokenizer, train, test, longest, check(prompt, completion) }",
    functions: ["check"],
    keys: ["name", "tokenizer", "train", "test", "longest"],
  },
});

/** A task in an experiment file. */
export type TaskValues = Parameters<typeof tasks.create>[0];
