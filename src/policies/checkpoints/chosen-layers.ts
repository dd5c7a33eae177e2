/**
 * A shallower policy out of some layers of a deeper one: the same widths, the chosen layers renumbered, everything else
 * as it was.
 */
import type { Policy } from "../policy.ts";
import { policyOf, type Checkpoint } from "./huggingface.ts";

type Config = Policy["config"];

/** Where a `config.json` says how many layers there are; an encoder-decoder says it twice. */
const countKeys = ["num_hidden_layers", "n_layer", "num_layers", "num_decoder_layers"] as const;

/** `model.layers.3.`, `transformer.h.3.`, `encoder.block.3.`: what comes before a layer's number, and the number. */
const layerPart = /^((?:.*?\.)?(?:layers|h|block)\.)(\d+)(?=\.)/;

const countKeysOf = (config: Config): readonly string[] => countKeys.filter((key) => typeof config[key] === "number");

/** Layers of a policy, counted from 0 where some are chosen; undefined for one that is not made of layers. */
export const layerCount = ({ config }: Pick<Policy, "config">): number | undefined => {
  const keys = countKeysOf(config);
  return keys.length === 0 ? undefined : Math.min(...keys.map((key) => Number(config[key])));
};

const checkLayers = (layers: readonly number[], policy: Policy): void => {
  const count = layerCount(policy);
  if (count === undefined)
    throw new RangeError(`layers: expected a policy made of layers, got a ${String(policy.config["model_type"])}`);
  if (layers.length === 0) throw new RangeError("layers: expected at least one, got none");
  const outside = layers.find((layer) => !Number.isInteger(layer) || layer < 0 || layer >= count);
  if (outside !== undefined)
    throw new RangeError(`layers: expected numbers from 0 to ${count - 1}, since there are ${count}, got ${outside}`);
};

/**
 * The policy that has layer `layers[i]` of another one as its layer i; one may be taken twice. An encoder-decoder keeps
 * the same layers of both halves. `RangeError` for a policy that is not made of layers, for no layers, and for a number
 * that it has no layer of.
 */
export const chosenLayers = (policy: Policy, layers: readonly number[]): Policy => {
  checkLayers(layers, policy);
  const { config } = policy;
  const types: unknown = config["layer_types"];
  return policyOf({
    ...config,
    ...Object.fromEntries(countKeysOf(config).map((key) => [key, layers.length])),
    ...(Array.isArray(types) ? { layer_types: layers.map((layer): unknown => types[layer]) } : {}),
  });
};

/** A checkpoint out of some layers of another one; it shares the other's arrays. `RangeError` as `chosenLayers`. */
export const withLayers = ({ policy, weights }: Checkpoint, layers: readonly number[]): Checkpoint => {
  const chosen = chosenLayers(policy, layers);
  const sourceOf = (name: string): string => {
    const source = name.replace(layerPart, (_, before: string, layer: string) => `${before}${layers[Number(layer)]}`);
    // What the first layer alone has, such as T5's position biases, stays with the first.
    return Object.hasOwn(policy.parameters, source) ? source : name;
  };
  const arrays = Object.keys(chosen.parameters).map((name) => {
    const source = sourceOf(name);
    const data = weights[source];
    if (data === undefined) throw new RangeError(`layers: expected weights of ${source}, got none`);
    return [name, data] as const;
  });
  return { policy: chosen, weights: Object.fromEntries(arrays) };
};
