/** The sizes that memory is estimated for, also those that no machine has the memory to record. */
import type { ProgramMemory } from "../../engine/onnx/memory.ts";

/** Sequences of one program call. */
export interface MemoryShape {
  /** B. */
  readonly batch: number;
  /** T: tokens of prompt and completion together, at least 2. */
  readonly length: number;
}

/**
 * Largest sizes that are recorded: indices and masks of a program are made in proportion to them. What larger ones take
 * follows from those below.
 */
const recorded = { batch: 4096, length: 2048 } as const;

/** The memory of a program of these sizes. */
export type Measure = (shape: MemoryShape) => ProgramMemory;

const combined = (parts: readonly (readonly [number, ProgramMemory])[]): ProgramMemory => {
  const sum = (key: keyof ProgramMemory): number =>
    Math.ceil(parts.reduce((all, [weight, memory]) => all + weight * memory[key], 0));
  return { inputs: sum("inputs"), running: sum("running"), outputs: sum("outputs") };
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

/**
 * The same of any sizes: as measured up to 4,096 sequences of 2,048 tokens, and beyond them on a line in the batch and
 * a parabola in the length.
 */
export const extrapolated = (measure: Measure): Measure => inLength(inBatch(measure));
