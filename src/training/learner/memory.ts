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
import type { OptimizerValues } from "../optimizers/index.ts";
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
 * The program of each use, for ONNX Runtime in float32; training with AdamW unless another optimizer is given.
 * `RangeError` for sizes that do not fit the policy.
 */
export const programOf = (
  use: Use,
  policy: Policy,
  { batch, length }: MemoryShape,
  optimizer: OptimizerValues = usualOptimizer,
): Program<string, string> => {
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

/**
 * Largest sizes that are recorded: indices and masks of a program are made in proportion to them. What larger ones take
 * follows from those below.
 */
const recorded = { batch: 4096, length: 2048 } as const;

type Measure = (shape: MemoryShape) => ProgramMemory;

const combined = (parts: readonly (readonly [number, ProgramMemory])[]): ProgramMemory => {
  const sum = (key: keyof ProgramMemory): number =>
    Math.ceil(parts.reduce((all, [weight, memory]) => all + weight * memory[key], 0));
  return { inputs: sum("inputs"), running: sum("running") };
};

/** On a straight line in the batch. */
const inBatch =
  (measure: Measure): Measure =>
  ({ batch, length }) => {
    const { batch: most } = recorded;
    if (!(batch > most)) return measure({ batch, length });
    const beyond = (batch - most) / (most / 2);
    return combined([
      [1 + beyond, measure({ batch: most, length })],
      [-beyond, measure({ batch: most / 2, length })],
    ]);
  };

/** On a parabola in the length, as attention grows with its square. */
const inLength =
  (measure: Measure): Measure =>
  ({ batch, length }) => {
    const { length: most } = recorded;
    if (!(length > most)) return measure({ batch, length });
    const points = [most / 4, most / 2, most];
    return combined(
      points.map((own) => {
        const others = points.filter((each) => each !== own);
        const weight = others.reduce((product, other) => (product * (length - other)) / (own - other), 1);
        return [weight, measure({ batch, length: own })];
      }),
    );
  };

/** The memory of one use, also at sizes that no machine has the memory for. Errors as of `programOf`. */
export const memoryOfUse = (use: Use, policy: Policy, shape: MemoryShape, optimizer?: OptimizerValues): ProgramMemory =>
  inLength(inBatch((each) => programMemory(programOf(use, policy, each, optimizer))))(shape);

/** The memory of each use, training with AdamW. Errors as of `programOf`. */
export const memoryOf = (policy: Policy, shape: MemoryShape): Readonly<Record<Use, ProgramMemory>> => ({
  sampling: memoryOfUse("sampling", policy, shape),
  scoring: memoryOfUse("scoring", policy, shape),
  training: memoryOfUse("training", policy, shape),
});
