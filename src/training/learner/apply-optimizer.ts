/** One step of an optimizer on packs, wherever their gradients come from. */
import type * as tf from "@tensorflow/tfjs";
import { float32, type NamedTensors, type TensorSpec } from "../../engine/program.ts";
import type { Optimizer, OptimizerArrays, UpdateRule } from "../optimizers/optimizer.ts";
import { packName, statePacks } from "./optimizer-state.ts";
import { packTensors, unpackTensors, type Pack } from "./packing.ts";

const scalarPrefix = "optimizer/";

/** Inputs for the optimizer's scalars, `optimizer/<name>`. */
export const scalarSpecs = (optimizer: Optimizer): Record<string, TensorSpec> =>
  Object.fromEntries(Object.keys(optimizer.scalars(1, 1)).map((name) => [`${scalarPrefix}${name}`, float32()]));

/** Their values in step t, from 1, at `factor` times the peak learning rate. */
export const scalarValues = (optimizer: Optimizer, factor: number, step: number): Record<string, number> =>
  Object.fromEntries(
    Object.entries(optimizer.scalars(factor, step)).map(([name, value]) => [`${scalarPrefix}${name}`, value]),
  );

const scalarsIn = (optimizer: Optimizer, inputs: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.keys(optimizer.scalars(1, 1)).map((name) => [name, inputs[`${scalarPrefix}${name}`]!]));

/** The packs of one kind's arrays by the name of the pack of parameters that they belong to. */
type PacksOfKinds = ReadonlyMap<string, Pack>;

/** What is given and what comes out for one pack: flat arrays by their kind. */
type Flats = Readonly<Record<string, tf.Tensor>>;

type Change = (arrays: OptimizerArrays, rule: UpdateRule, gradient: tf.Tensor) => OptimizerArrays;

/** All parameters of a pack at once: the rule, which all of them have, takes them side by side. */
const changeTogether = (rule: UpdateRule, flats: Flats, gradient: tf.Tensor, change: Change): Flats => {
  const { parameters, ...slots } = flats;
  const next = change({ parameter: parameters!, slots }, rule, gradient);
  return { parameters: next.parameter, ...next.slots };
};

/** One parameter after the other, each in its own shape. */
const changeEach = (
  rules: ReadonlyMap<string, UpdateRule>,
  kinds: PacksOfKinds,
  flats: Flats,
  gradient: tf.Tensor,
  change: Change,
): Flats => {
  const arrays = new Map([...kinds].map(([kind, pack]) => [kind, unpackTensors(pack, flats[kind]!)]));
  const gradients = unpackTensors(kinds.get("parameters")!, gradient);
  const results = new Map<string, Record<string, tf.Tensor>>([...kinds.keys()].map((kind) => [kind, {}]));
  for (const [name, rule] of rules) {
    const own = [...arrays].flatMap(([kind, all]) => (all[name] === undefined ? [] : [[kind, all[name]] as const]));
    const { parameters: parameter, ...slots } = Object.fromEntries(own);
    const next = change({ parameter: parameter!, slots }, rule, gradients[name]!);
    for (const [kind, tensor] of Object.entries({ parameters: next.parameter, ...next.slots }))
      results.get(kind)![name] = tensor;
  }
  return Object.fromEntries([...kinds].map(([kind, pack]) => [kind, packTensors(pack, results.get(kind)!)]));
};

/**
 * The outputs of one step, named as the inputs of `stateSpecs`: the new parameters and slots, as flat packs. `inputs`
 * are those of `stateSpecs` and `scalarSpecs`, `gradients` one flat array for each pack of parameters, by its name, and
 * `scale` what clipping leaves of them. Packs whose parameters have one elementwise rule take a few ops each; others a
 * few for each parameter.
 */
export const applyOptimizer = (
  packs: readonly Pack[],
  optimizer: Optimizer,
  inputs: NamedTensors,
  gradients: NamedTensors,
  scale: tf.Scalar,
): Record<string, tf.Tensor> => {
  const scalars = scalarsIn(optimizer, inputs);
  const change: Change = (arrays, rule, value) => rule.step(arrays, { value, scale }, scalars);
  const outputs: Record<string, tf.Tensor> = {};
  for (const pack of packs) {
    const kinds = new Map([...statePacks([pack], optimizer)].map(([kind, [own]]) => [kind, own!]));
    const flats = Object.fromEntries([...kinds.keys()].map((kind) => [kind, inputs[packName(kind, pack)]!]));
    const rules = new Map(pack.members.map(({ name, shape }) => [name, optimizer.rule({ name, shape })]));
    const [rule, ...others] = new Set(rules.values());
    const gradient = gradients[pack.name]!;
    const next =
      rule!.elementwise && others.length === 0
        ? changeTogether(rule!, flats, gradient, change)
        : changeEach(rules, kinds, flats, gradient, change);
    for (const [kind, flat] of Object.entries(next)) outputs[packName(kind, pack)] = flat;
  }
  return outputs;
};
