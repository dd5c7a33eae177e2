/** The learner's arrays on an engine: weights and the optimizer's slots in packs, and what is frozen. */
import type { Buffer, Engine } from "../../engine/engine.ts";
import { float32 } from "../../engine/program.ts";
import type { Weights } from "../../policies/policy.ts";
import { ownNumbers } from "../../policies/shared-numbers.ts";
import { packName } from "./optimizer-state.ts";
import { packArrays, packsFor, unpackArrays, type Pack } from "./packing.ts";
import { trainedParameters, type UpdateOptions } from "./update.ts";

/**
 * Weights of what is trained and what the optimizer keeps of it, on the host; with the step's number it is all that an
 * exact continuation needs of the learner.
 */
export interface LearnerState {
  readonly parameters: Weights;
  /**
   * What the optimizer keeps: for each of its slots, such as AdamW's `first` and `second`, the arrays by the names of
   * the parameters that have it. Absent before the first step, when all of it is 0.
   */
  readonly slots?: Readonly<Record<string, Weights>>;
  /**
   * Of a teacher that follows the student: the average of the policy's weights that change. Absent before the first
   * step.
   */
  readonly average?: Weights;
}

/** The state before the first step: given weights of all that is trained, and nothing that an optimizer has kept. */
export const initialState = (parameters: Weights): LearnerState => ({ parameters });

/** Packs of what is trained. */
export const packsOf = ({
  policy,
  objective,
  frozen,
}: Pick<UpdateOptions, "policy" | "objective" | "frozen">): readonly Pack[] =>
  packsFor(trainedParameters(policy, objective, frozen));

const arraysOf = ({ parameters, slots }: LearnerState, kind: string): Weights | undefined => {
  if (kind === "parameters") return parameters;
  return slots === undefined ? undefined : (slots[kind] ?? {});
};

/**
 * Buffers `<kind>/<pack>` of a state, for the packs of each kind. `RangeError` when an array is missing or does not
 * fit, and when the state has slots that the optimizer does not keep.
 */
export const uploadState = (
  engine: Engine,
  kinds: ReadonlyMap<string, readonly Pack[]>,
  state: LearnerState,
): ReadonlyMap<string, Buffer> => {
  const foreign = Object.keys(state.slots ?? {}).filter((slot) => slot === "parameters" || !kinds.has(slot));
  if (foreign.length > 0)
    throw new RangeError(
      `learner: expected what its optimizer keeps (${[...kinds.keys()].slice(1).join(", ") || "nothing"}), ` +
        `got ${foreign.join(", ")}; a state belongs to the optimizer that made it`,
    );
  const buffers = new Map<string, Buffer>();
  for (const [kind, packs] of kinds) {
    const flats = ownNumbers(packs.map(({ size }) => size));
    const arrays = arraysOf(state, kind);
    for (const [i, pack] of packs.entries()) {
      const flat = arrays === undefined ? flats[i]! : packArrays(`learner, ${kind}`, pack, arrays, flats[i]);
      buffers.set(packName(kind, pack), engine.upload(flat, float32(pack.size)));
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

/**
 * Copies the arrays of one kind, whose packs are given, into one flat array for each pack; they are the parts of those,
 * by parameter name.
 */
export const downloadState = async (
  engine: Engine,
  packs: readonly Pack[],
  state: ReadonlyMap<string, Buffer>,
  kind: string,
  flats: readonly Float32Array[],
): Promise<Weights> => {
  const arrays: Record<string, Float32Array> = {};
  for (const [i, pack] of packs.entries()) {
    await engine.download(state.get(packName(kind, pack))!, flats[i]);
    Object.assign(arrays, unpackArrays(pack, flats[i]!));
  }
  return arrays;
};
