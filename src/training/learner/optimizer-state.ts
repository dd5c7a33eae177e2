/** Which arrays the learner has of each parameter: the parameter itself, and the slots that its optimizer keeps. */
import { float32, sizeOf, type TensorSpec } from "../../engine/program.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Pack, Packed } from "./packing.ts";

/** The shape of each parameter, by name. */
type Shapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/**
 * The kinds of arrays, `parameters` first and then the optimizer's slots, each with the shapes that parameters have
 * there, by their names and in their order. A slot leaves out the parameters that have none.
 */
export const stateShapes = (parameters: Shapes, optimizer: Optimizer): ReadonlyMap<string, Shapes> => {
  const kinds = new Map<string, Record<string, { readonly shape: readonly number[] }>>();
  for (const [name, { shape }] of Object.entries(parameters)) {
    const all = { parameters: shape, ...optimizer.rule({ name, shape }).slots(shape) };
    for (const [kind, own] of Object.entries(all)) {
      const shapes = kinds.get(kind) ?? {};
      shapes[name] = { shape: own };
      kinds.set(kind, shapes);
    }
  }
  return kinds;
};

const packedShapes = (shapes: Shapes): readonly Packed[] => {
  let offset = 0;
  return Object.entries(shapes).map(([name, { shape }]) => {
    const size = sizeOf(shape);
    offset += size;
    return { name, shape, offset: offset - size, size };
  });
};

/**
 * The kinds of `stateShapes` with the packs that hold their arrays: one for each pack of parameters, under the same
 * name, where any of its parameters has an array of this kind.
 */
export const statePacks = (packs: readonly Pack[], optimizer: Optimizer): ReadonlyMap<string, readonly Pack[]> => {
  const kinds = new Map<string, Pack[]>();
  for (const { name, members, decays } of packs) {
    const parameters = Object.fromEntries(members.map((member) => [member.name, member]));
    for (const [kind, shapes] of stateShapes(parameters, optimizer)) {
      const packed = packedShapes(shapes);
      const size = packed.reduce((sum, member) => sum + member.size, 0);
      kinds.set(kind, [...(kinds.get(kind) ?? []), { name, members: packed, size, decays }]);
    }
  }
  return kinds;
};

/** The name of a pack of one kind among inputs and outputs: `first/matrices-0`. */
export const packName = (kind: string, { name }: Pick<Pack, "name">): string => `${kind}/${name}`;

/** Inputs and outputs of the whole state: one flat float32 array for each pack of each kind. */
export const stateSpecs = (packs: readonly Pack[], optimizer: Optimizer): Record<string, TensorSpec> =>
  Object.fromEntries(
    [...statePacks(packs, optimizer)].flatMap(([kind, own]) =>
      own.map((pack) => [packName(kind, pack), float32(pack.size)]),
    ),
  );
