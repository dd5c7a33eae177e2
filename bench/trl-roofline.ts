/**
 * The least that each phase of a step needs: floating-point operations and bytes of weights, counted, and what share of
 * this machine's measured peaks a time is (the roofline of Williams, Waterman and Patterson, 2009).
 */
import { copyBytes, peakSize, type Peaks } from "./trl-beside.ts";
import type { Part, Round, Sizes, TrlContender, TrlWork } from "./trl-works.ts";

/** What a phase needs at least, whoever computes it. */
export interface Need {
  /** Floating-point operations of products of matrices and of attention. */
  readonly operations: number;
  /** Of weights, their gradients and moments, read or written, in float32. */
  readonly bytes: number;
}

/** The phases that are counted. */
export type Phase = "draw" | "teacher" | "update";
/** In the order of a step. */
export const phases: readonly Phase[] = ["draw", "teacher", "update"];

/** Of SmolLM2's layers, beside their width. */
const smollm2 = { keyValueWidth: 192, hidden: 1536 };

/** Weights of a decoder's matrices: those of one layer, and those of the last one, which is the embedding too. */
const weightsOf = (
  { layers, width }: Sizes,
  { model, vocabulary }: TrlWork,
): { readonly layers: number; readonly head: number } => {
  const one = model === "gpt2" ? 12 * width ** 2 : width * (2 * width + 2 * smollm2.keyValueWidth + 3 * smollm2.hidden);
  return { layers: layers * one, head: vocabulary * width };
};

/** A pass over whole sequences, with logits where a token of a completion is predicted. A product counts twice. */
const passOf = (sizes: Sizes, work: TrlWork, prompt: number): number => {
  const { layers, head } = weightsOf(sizes, work);
  // The last token is predicted and not read.
  const read = prompt + work.completion - 1;
  const attention = 2 * sizes.layers * sizes.width * read * (read + 1);
  return work.batch * (2 * (read * layers + work.completion * head) + attention);
};

const bytes = 4;

/**
 * What each phase needs, with prompts of so many tokens. A draw reads all weights once for each token; an update reads
 * them forward and backward, writes a gradient, and AdamW reads four and writes three numbers a weight.
 */
export const needsOf = (work: TrlWork, prompt: number): Readonly<Record<Phase, Need>> => {
  const [student, teacher] = [weightsOf(work.student, work), weightsOf(work.teacher, work)];
  const own = student.layers + student.head;
  const pass = passOf(work.student, work, prompt);
  return {
    draw: { operations: pass, bytes: bytes * own * work.completion },
    teacher: { operations: passOf(work.teacher, work, prompt), bytes: bytes * (teacher.layers + teacher.head) },
    update: { operations: 3 * pass, bytes: bytes * own * (3 + 7) },
  };
};

/** The peaks of one precision: operations and bytes in a second. */
export interface Roof {
  readonly operations: number;
  readonly bytes: number;
}

const fastest = (times: Readonly<Record<string, number>>): number => Math.min(...Object.values(times)) / 1000;

/** Operations in a second of a product that took so many ms. */
export const productSpeed = (milliseconds: number): number => (2 * peakSize ** 3 * 1000) / milliseconds;

/** Bytes in a second of a copy that took so many ms: each is read and written. */
export const copySpeed = (milliseconds: number): number => (2 * copyBytes * 1000) / milliseconds;

/** The peaks for float32 or bfloat16: the most that anyone reached. */
export const roofOf = ({ float32, bfloat16, copy }: Peaks, inBfloat16: boolean): Roof => ({
  operations: productSpeed(1000 * fastest(inBfloat16 ? bfloat16 : float32)),
  bytes: copySpeed(1000 * fastest(copy)),
});

/** Least ms that a phase takes under a roof. */
export const leastTime = (need: Need, roof: Roof): number =>
  1000 * Math.max(need.operations / roof.operations, need.bytes / roof.bytes);

/** ms of a phase in a round: TRL's optimizer is part of its update. */
export const phaseTime = ({ parts }: Round, phase: Phase): number | undefined => {
  const time = parts[phase satisfies Part];
  return time === undefined ? undefined : time + (phase === "update" ? (parts.optimizer ?? 0) : 0);
};

/** The share of the roof that a phase of so many ms has reached; above 1 where caches beat the memory's peak. */
export const shareOf = (need: Need, { bfloat16 }: TrlContender, peaks: Peaks, milliseconds: number): number =>
  leastTime(need, roofOf(peaks, bfloat16)) / milliseconds;
