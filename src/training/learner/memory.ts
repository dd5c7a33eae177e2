/**
 * What memory a policy takes when it samples, scores and learns: from the programs that would run, recorded and not
 * run.
 */
import { programMemory, type ProgramMemory } from "../../engine/onnx/memory.ts";
import type { Program } from "../../engine/program.ts";
import { distillation } from "../../objectives/distillation.ts";
import { forwardKl } from "../../objectives/divergences/forward-kl.ts";
import type { Policy } from "../../policies/policy.ts";
import { generateProgram } from "../../rollouts/decoding/generate.ts";
import { scoreProgram } from "../../teachers/local.ts";
import { updateProgram } from "./update.ts";

/** Sequences of one program call. */
export interface MemoryShape {
  /** B. */
  readonly batch: number;
  /** T: tokens of prompt and completion together, at least 2. */
  readonly length: number;
}

/**
 * A use of a policy, where prompts have half of the tokens: completing them, log-probs of completions, or one step of
 * distillation from a teacher's log-probs.
 */
export type Use = "sampling" | "scoring" | "training";

const optimizer = {
  type: "adamw",
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
} as const;

/** The program of each use, for ONNX Runtime in float32. `RangeError` for sizes that do not fit the policy. */
export const programOf = (use: Use, policy: Policy, { batch, length }: MemoryShape): Program<string, string> => {
  const prompt = Math.ceil(length / 2);
  if (use === "scoring")
    return scoreProgram({ policy, temperature: 1, batch, length: length - 1, completion: length - prompt });
  if (use === "sampling") {
    return generateProgram(policy, {
      batch,
      promptLength: prompt,
      maxNewTokens: length - prompt,
      temperature: 1,
      endId: 0,
      padId: 0,
    });
  }
  const shape = { size: batch, prompt, completion: length - prompt, vocabularySize: policy.vocabularySize };
  return updateProgram({
    policy,
    objective: distillation({ divergence: forwardKl }),
    batch: shape,
    optimizer,
    clipNorm: 1,
  });
};

/** The memory of each use. Errors as of `programOf`. */
export const memoryOf = (policy: Policy, shape: MemoryShape): Readonly<Record<Use, ProgramMemory>> => {
  const memory = (use: Use): ProgramMemory => programMemory(programOf(use, policy, shape));
  return { sampling: memory("sampling"), scoring: memory("scoring"), training: memory("training") };
};
