/** What memory a policy takes when it samples, scores and learns: from the programs, which are recorded and not run. */
import { programMemory, type ProgramMemory } from "../../engine/onnx/memory.ts";
import type { Program } from "../../engine/program.ts";
import { distillation } from "../../objectives/distillation.ts";
import { forwardKl } from "../../objectives/divergences/forward-kl.ts";
import type { Policy } from "../../policies/policy.ts";
import type { OptimizerValues } from "../optimizers/index.ts";
import { updateProgram } from "../learner/update.ts";
import { drawingProgram, scoringProgram } from "./programs.ts";
import { extrapolated, type MemoryShape } from "./shape.ts";

/**
 * A use of a policy, where prompts have half of the tokens: completing them, log-probs of completions, or one step of
 * distillation from a teacher's log-probs.
 */
export type Use = "sampling" | "scoring" | "training";

/** AdamW, for a policy alone, of which nobody has said how it learns. */
const usualOptimizer: OptimizerValues = {
  type: "adamw",
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
};

/**
 * The program of sampling or scoring, for ONNX Runtime in float32, and of one step of learning from the whole batch
 * with AdamW. `RangeError` for sizes that do not fit the policy.
 */
export const programOf = (use: Use, policy: Policy, { batch, length }: MemoryShape): Program<string, string> => {
  const prompt = Math.ceil(length / 2);
  const sizes = { batch, prompt, completion: length - prompt };
  if (use === "scoring") return scoringProgram(policy, sizes);
  if (use === "sampling") return drawingProgram(policy, sizes);
  return updateProgram({
    policy,
    objective: distillation({ divergence: forwardKl }),
    batch: { size: batch, prompt, completion: length - prompt, vocabularySize: policy.vocabularySize },
    optimizer: usualOptimizer,
    clipNorm: 1,
  });
};

/** The memory of one use, also at sizes that no machine has the memory for. Errors as of `programOf`. */
const memoryOfUse = (use: Use, policy: Policy, shape: MemoryShape): ProgramMemory =>
  extrapolated((each) => programMemory(programOf(use, policy, each)))(shape);

/** The memory of each use, training with AdamW. Errors as of `programOf`. */
export const memoryOf = (policy: Policy, shape: MemoryShape): Readonly<Record<Use, ProgramMemory>> => ({
  sampling: memoryOfUse("sampling", policy, shape),
  scoring: memoryOfUse("scoring", policy, shape),
  training: memoryOfUse("training", policy, shape),
});
