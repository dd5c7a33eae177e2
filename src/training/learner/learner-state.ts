/** The learner's arrays on an engine: weights and moments in packs, and what is frozen. */
import type { Buffer, Engine } from "../../engine/engine.ts";
import { float32 } from "../../engine/program.ts";
import type { Weights } from "../../policies/policy.ts";
import { ownNumbers, sharedNumbers } from "../../policies/shared-numbers.ts";
import { packArrays, packsFor, unpackArrays, type Pack } from "./packing.ts";
import { stateKinds, trainedParameters, type UpdateOptions } from "./update.ts";

/**
 * Weights and moments of what is trained, on the host; with the step's number it is all that an exact continuation
 * needs of the learner.
 */
export type LearnerState = Readonly<Record<(typeof stateKinds)[number], Weights>> & {
  /**
   * Of a teacher that follows the student: the average of the policy's weights that change. Absent before the first
   * step.
   */
  readonly average?: Weights;
};

/** The state before the first step: given weights of all that is trained, and moments of zero. */
export const initialState = (parameters: Weights): LearnerState => {
  const zeros = (): Weights =>
    Object.fromEntries(Object.entries(parameters).map(([name, { length }]) => [name, sharedNumbers(length)]));
  return { parameters, first: zeros(), second: zeros() };
};

/** Packs of what is trained. */
export const packsOf = ({
  policy,
  objective,
  frozen,
}: Pick<UpdateOptions, "policy" | "objective" | "frozen">): readonly Pack[] =>
  packsFor(trainedParameters(policy, objective, frozen));

/** Buffers `<kind>/<pack>` of a state. `RangeError` when an array does not fit its parameter. */
export const uploadState = (
  engine: Engine,
  packs: readonly Pack[],
  state: LearnerState,
): ReadonlyMap<string, Buffer> => {
  const buffers = new Map<string, Buffer>();
  for (const kind of stateKinds) {
    const flats = ownNumbers(packs.map(({ size }) => size));
    for (const [i, pack] of packs.entries()) {
      const flat = packArrays(`learner, ${kind}`, pack, state[kind], flats[i]);
      buffers.set(`${kind}/${pack.name}`, engine.upload(flat, float32(pack.size)));
    }
  }
  return buffers;
};

/** Buffers `frozen/<name>` of what is not trained. `RangeError` when one has no weights. */
export const uploadFrozen = (
  engine: Engine,
  { policy, frozen = [] }: Pick<UpdateOptions, "policy" | "frozen">,
  weights: Weights,
): ReadonlyMap<string, Buffer> =>
  new Map(
    frozen.map((name) => {
      const data = weights[name];
      if (data === undefined) throw new RangeError(`learner: expected frozen weights of ${name}, got none`);
      return [`frozen/${name}`, engine.upload(data, float32(...policy.parameters[name]!.shape))];
    }),
  );

/** Copies the arrays of one kind into one flat array for each pack; they are the parts of those, by parameter name. */
export const downloadState = async (
  engine: Engine,
  packs: readonly Pack[],
  state: ReadonlyMap<string, Buffer>,
  kind: (typeof stateKinds)[number],
  flats: readonly Float32Array[],
): Promise<Weights> => {
  const arrays: Record<string, Float32Array> = {};
  for (const [i, pack] of packs.entries()) {
    await engine.download(state.get(`${kind}/${pack.name}`)!, flats[i]);
    Object.assign(arrays, unpackArrays(pack, flats[i]!));
  }
  return arrays;
};
