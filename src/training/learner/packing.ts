/**
 * Packs: small parameters side by side in one flat array, so that the optimizer runs a few ops on them instead of a few
 * on each. A pack is kept small enough for a processor's cache; a large parameter is a pack of its own.
 */
import * as tf from "@tensorflow/tfjs";
import { sizeOf, type NamedTensors } from "../../engine/program.ts";
import type { ParameterSpec, Weights } from "../../policies/policy.ts";

/** One parameter's range in its pack. */
export interface Packed {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** Parameters in one flat array. */
export interface Pack {
  /** `matrices-0`, `vectors-0` ... */
  readonly name: string;
  readonly members: readonly Packed[];
  readonly size: number;
  /** Weight decay is for parameters of two or more axes; a pack holds only those or only others. */
  readonly decays: boolean;
}

/** A pack is closed when it has this many numbers: 256 KiB of float32. */
const fullPack = 65_536;

const packsOf = (
  kind: "matrices" | "vectors",
  parameters: readonly (readonly [string, readonly number[]])[],
): Pack[] => {
  const groups: Packed[][] = [];
  let filled = fullPack;
  for (const [name, shape] of parameters) {
    const size = sizeOf(shape);
    if (filled >= fullPack) {
      groups.push([]);
      filled = 0;
    }
    groups.at(-1)!.push({ name, shape, offset: filled, size });
    filled += size;
  }
  return groups.map((members, index) => ({
    name: `${kind}-${index}`,
    members,
    size: members.reduce((sum, { size }) => sum + size, 0),
    decays: kind === "matrices",
  }));
};

/** The packs of parameters, in their order; every parameter is in one of them. */
export const packsFor = (parameters: Readonly<Record<string, ParameterSpec>>): readonly Pack[] => {
  const all = Object.entries(parameters).map(([name, { shape }]) => [name, shape] as const);
  return [
    ...packsOf(
      "matrices",
      all.filter(([, shape]) => shape.length >= 2),
    ),
    ...packsOf(
      "vectors",
      all.filter(([, shape]) => shape.length < 2),
    ),
  ];
};

/**
 * Arrays by parameter name -> the pack's flat array, `flat` of its size where it is given. `RangeError` names an array
 * that is missing or of the wrong size; `what` says whose.
 */
export const packArrays = (
  what: string,
  { members, size }: Pack,
  arrays: Weights,
  flat: Float32Array = new Float32Array(size),
): Float32Array => {
  for (const { name, offset, size: expected } of members) {
    const data = arrays[name];
    if (data?.length !== expected)
      throw new RangeError(`${what}: expected ${expected} values for ${name}, got ${data?.length ?? "none"}`);
    flat.set(data, offset);
  }
  return flat;
};

/** The pack's flat array -> its parts by parameter name. */
export const unpackArrays = ({ members }: Pack, flat: Float32Array): Weights =>
  Object.fromEntries(members.map(({ name, offset, size }) => [name, flat.subarray(offset, offset + size)]));

/** The pack's flat tensor -> tensors by parameter name, in their shapes. */
export const unpackTensors = ({ members }: Pack, flat: tf.Tensor): NamedTensors => {
  const parts =
    members.length === 1
      ? [flat]
      : tf.split(
          flat,
          members.map(({ size }) => size),
        );
  return Object.fromEntries(members.map(({ name, shape }, i) => [name, tf.reshape(parts[i]!, [...shape])]));
};

/** Tensors by parameter name -> the pack's flat tensor. */
export const packTensors = ({ members }: Pack, tensors: NamedTensors): tf.Tensor => {
  const parts = members.map(({ name, size }) => tf.reshape(tensors[name]!, [size]));
  return parts.length === 1 ? parts[0]! : tf.concat(parts);
};
