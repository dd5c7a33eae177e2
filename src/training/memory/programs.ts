/** The programs of a training whose memory is estimated, at its own sizes. */
import { programMemory, type ProgramMemory } from "../../engine/onnx/memory.ts";
import type { Program } from "../../engine/program.ts";
import type { Policy } from "../../policies/policy.ts";
import { sharingPrompts } from "../../policies/shared-prompts.ts";
import { generateProgram } from "../../rollouts/decoding/generate.ts";
import { rowsTogether, scoreProgram } from "../../teachers/local.ts";
import { sharedRows } from "../batch/shared-prompts.ts";
import { addProgram, applyProgram, updateSums } from "../learner/accumulation.ts";
import { inspectionProgram } from "../learner/inspection.ts";
import { updateProgram, type UpdateOptions } from "../learner/update.ts";
import { extrapolated, type MemoryShape } from "./shape.ts";

/** Sizes of one call of a program. */
export interface CallSizes {
  /** B: sequences. */
  readonly batch: number;
  /** P: most tokens of a prompt. */
  readonly prompt: number;
  /** C: most tokens of a completion. */
  readonly completion: number;
}

/** The program that completes prompts, `group` times each. */
export const drawingProgram = (
  policy: Policy,
  { batch, prompt, completion }: CallSizes,
  group = 1,
): Program<string, string> =>
  generateProgram(policy, {
    batch,
    group,
    promptLength: prompt,
    maxNewTokens: completion,
    temperature: 1,
    endId: 0,
    padId: 0,
  });

/**
 * The program that says the log-probs of every token at each position of the completions, for rows of which each
 * `group` have the same prompt.
 */
export const scoringProgram = (
  policy: Policy,
  { batch, prompt, completion }: CallSizes,
  group = 1,
): Program<string, string> => {
  const length = prompt + completion - 1;
  const together = rowsTogether({ policy, batch, length, completion, group });
  return scoreProgram({ policy: sharingPrompts(policy, together), temperature: 1, batch, length, completion });
};

/** How a student learns; the batch's size is that of the parts where it comes in parts. */
export interface LearningOptions extends UpdateOptions {
  readonly inParts: boolean;
  /** Whether steps are inspected. */
  readonly inspects: boolean;
}

/** The programs of one step. */
type StepProgram = "inspection" | "update" | "add" | "apply";

const namesOf = ({ inParts, inspects }: LearningOptions): readonly StepProgram[] => [
  ...(inspects ? (["inspection"] as const) : []),
  ...(inParts ? (["add", "apply"] as const) : (["update"] as const)),
];

const makers: Readonly<Record<StepProgram, (options: LearningOptions) => Program>> = {
  inspection: (options) => inspectionProgram({ ...options, samplingTemperature: 1, compared: !options.inParts }),
  update: updateProgram,
  add: (options) => addProgram(options, updateSums(options)),
  apply: applyProgram,
};

/** At the sizes that a program is asked for, with the same share of the tokens in prompts. */
const sized =
  ({ prompt, completion }: CallSizes, measure: (sizes: CallSizes) => ProgramMemory) =>
  ({ batch, length }: MemoryShape): ProgramMemory => {
    const own = Math.min(length - 1, Math.max(1, Math.round((length * prompt) / (prompt + completion))));
    return measure({ batch, prompt: own, completion: length - own });
  };

const estimated = (sizes: CallSizes, measure: (sizes: CallSizes) => ProgramMemory): ProgramMemory => {
  const { batch, prompt, completion } = sizes;
  return extrapolated(sized(sizes, measure))({ batch, length: prompt + completion });
};

/** The memory of drawing; of whole groups where the rows hold such. `RangeError` for sizes that do not fit. */
export const memoryOfDrawing = (policy: Policy, sizes: CallSizes, group: number): ProgramMemory =>
  estimated(sizes, (each) => programMemory(drawingProgram(policy, each, each.batch % group === 0 ? group : 1)));

/** The memory of scoring. `RangeError` for sizes that do not fit the policy. */
export const memoryOfScoring = (policy: Policy, sizes: CallSizes, group: number): ProgramMemory =>
  estimated(sizes, (each) => programMemory(scoringProgram(policy, each, group)));

/** The memory of each program of a step that there is. `RangeError` for sizes that do not fit the policy. */
export const memoryOfStep = (options: LearningOptions): Readonly<Partial<Record<StepProgram, ProgramMemory>>> => {
  const { size, prompt, completion } = options.batch;
  const memoryAt = (name: StepProgram, { batch, ...tokens }: CallSizes): ProgramMemory => {
    const own = { ...options, batch: { ...options.batch, size: batch, ...tokens } };
    return programMemory(makers[name]({ ...own, policy: sharingPrompts(own.policy, sharedRows(own)) }));
  };
  return Object.fromEntries(
    namesOf(options).map((name) => [
      name,
      estimated({ batch: size, prompt, completion }, (sizes) => memoryAt(name, sizes)),
    ]),
  );
};
