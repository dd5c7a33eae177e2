/**
 * What memory a policy takes when it samples, scores and learns: from the programs that would run, recorded and not
 * run.
 */
import { programMemory, type ProgramMemory } from "../../engine/onnx/memory.ts";
import { bytesOf, type Program } from "../../engine/program.ts";
import { distillation } from "../../objectives/distillation.ts";
import { forwardKl } from "../../objectives/divergences/forward-kl.ts";
import type { Policy } from "../../policies/policy.ts";
import { generateProgram } from "../../rollouts/decoding/generate.ts";
import { scoreProgram } from "../../teachers/local.ts";
import type { OptimizerValues } from "../optimizers/index.ts";
import { addProgram, applyProgram, updateSums } from "./accumulation.ts";
import { updateProgram, type UpdateOptions } from "./update.ts";

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

/** How a policy learns: what its memory depends on besides its sizes. */
export interface Learning {
  /** AdamW when left out. */
  readonly optimizer?: OptimizerValues;
  /** Rows that are read at once; all of them when left out. */
  readonly microBatch?: number;
  readonly recompute?: boolean;
}

/** A program that runs, and the bytes of what stays beside it that it does not read. */
interface Running {
  readonly program: Program<string, string>;
  readonly held: number;
}

/** One step of distillation: in one program, or the gradients of a part and then the optimizer. */
const learningPrograms = (
  policy: Policy,
  { batch, length }: MemoryShape,
  { optimizer = usualOptimizer, microBatch = batch, recompute = false }: Learning,
): readonly Running[] => {
  const prompt = Math.ceil(length / 2);
  const size = Math.min(batch, microBatch);
  const options: UpdateOptions = {
    policy,
    objective: distillation({ divergence: forwardKl }),
    batch: { size, prompt, completion: length - prompt, vocabularySize: policy.vocabularySize },
    optimizer,
    clipNorm: 1,
    recompute,
  };
  if (size === batch) return [{ program: updateProgram(options), held: 0 }];
  const [add, apply] = [addProgram(options, updateSums(options)), applyProgram(options)];
  const held = Object.entries(apply.inputs).reduce(
    (sum, [name, spec]) => (Object.hasOwn(add.inputs, name) ? sum : sum + bytesOf(spec)),
    0,
  );
  return [
    { program: add, held },
    { program: apply, held: 0 },
  ];
};

/**
 * The program of sampling or scoring, for ONNX Runtime in float32, and of one step of learning from the whole batch
 * with
 * AdamW. `RangeError` for sizes that do not fit the policy.
 */
export const programOf = (use: Use, policy: Policy, { batch, length }: MemoryShape): Program<string, string> => {
  const prompt = Math.ceil(length / 2);
  if (use === "scoring")
    return scoreProgram({ policy, temperature: 1, batch, length: length - 1, completion: length - prompt });
  if (use === "training") return learningPrograms(policy, { batch, length }, {})[0]!.program;
  return generateProgram(policy, {
    batch,
    promptLength: prompt,
    maxNewTokens: length - prompt,
    temperature: 1,
    endId: 0,
    padId: 0,
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

const totalOf = ({ inputs, running }: ProgramMemory): number => inputs + running;

/**
 * The memory of a step of distillation, also at sizes that no machine has the memory for; of the gradients of parts and
 * the optimizer's step, that which takes more. Errors as of `programOf`.
 */
export const memoryOfLearning = (policy: Policy, shape: MemoryShape, learning: Learning): ProgramMemory => {
  const { microBatch } = learning;
  const rows = Math.min(shape.batch, microBatch ?? shape.batch);
  // Programs for parts of a batch are all of one size, however many parts there are.
  const whole = (batch: number): number => (rows < shape.batch ? batch + 1 : batch);
  const measure: Measure = ({ batch, length }) =>
    learningPrograms(policy, { batch: whole(batch), length }, { ...learning, microBatch: batch })
      .map(({ program, held }) => {
        const { inputs, running } = programMemory(program);
        return { inputs: inputs + held, running };
      })
      .reduce((most, each) => (totalOf(each) > totalOf(most) ? each : most));
  return inLength(inBatch(measure))({ ...shape, batch: rows });
};

/** The memory of one use, also at sizes that no machine has the memory for. Errors as of `programOf`. */
export const memoryOfUse = (use: Use, policy: Policy, shape: MemoryShape): ProgramMemory =>
  inLength(inBatch((each) => programMemory(programOf(use, policy, each))))(shape);

/** The memory of each use, training with AdamW. Errors as of `programOf`. */
export const memoryOf = (policy: Policy, shape: MemoryShape): Readonly<Record<Use, ProgramMemory>> => ({
  sampling: memoryOfUse("sampling", policy, shape),
  scoring: memoryOfUse("scoring", policy, shape),
  training: memoryOfUse("training", policy, shape),
});
