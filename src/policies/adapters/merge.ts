/** Puts adapters into the weights that they belong to, on an engine. */
import type { Buffer, Engine } from "../../engine/engine.ts";
import { float32 } from "../../engine/program.ts";
import type { Weights } from "../policy.ts";
import { mergeProgram, type AdaptedPolicy } from "./lora.ts";

/** Merges adapters, as often as they change, into weights that stay on the engine. */
export interface Merger {
  /**
   * The weights of the adapted layers, W + B A alpha / r, by their names. `base` has at least those layers' weights by
   * name.
   */
  merge(base: Readonly<Record<string, Buffer>>, adapters: Weights): Promise<Weights>;
  /** Frees the program. */
  dispose(): Promise<void>;
}

/** Compiles the program that merges. */
export const openMerger = async (engine: Engine, policy: AdaptedPolicy): Promise<Merger> => {
  const program = mergeProgram(policy);
  const executable = await engine.compile(program);
  return {
    async merge(base, adapters) {
      const uploaded: Record<string, Buffer> = {};
      const merged: Record<string, Float32Array> = {};
      try {
        for (const name of Object.keys(policy.adapters)) {
          const data = adapters[name];
          if (data === undefined) throw new RangeError(`adapters: expected weights of ${name}, got none`);
          uploaded[name] = engine.upload(data, float32(...policy.adapters[name]!.shape));
        }
        const inputs = Object.keys(program.inputs).map((name) => [name, uploaded[name] ?? base[name]!] as const);
        const outputs = await executable.run(Object.fromEntries(inputs));
        for (const [name, buffer] of Object.entries(outputs)) {
          merged[name] = (await engine.download(buffer)) as Float32Array;
          buffer.dispose();
        }
        return merged;
      } finally {
        for (const buffer of Object.values(uploaded)) buffer.dispose();
      }
    },
    dispose: () => executable.dispose(),
  };
};

/**
 * The base's weights with the adapters in them: the same logits without adapters. `weights` has those of both.
 * `RangeError` when an array is missing.
 * @public
 */
export const mergedWeights = async (engine: Engine, policy: AdaptedPolicy, weights: Weights): Promise<Weights> => {
  const base: Record<string, Buffer> = {};
  const merger = await openMerger(engine, policy);
  try {
    for (const name of policy.layers.map((layer) => `${layer}.weight`)) {
      const data = weights[name];
      if (data === undefined) throw new RangeError(`adapters: expected weights of ${name}, got none`);
      base[name] = engine.upload(data, float32(...policy.parameters[name]!.shape));
    }
    const own = Object.fromEntries(
      Object.entries(weights).filter(([name]) => Object.hasOwn(policy.base.parameters, name)),
    );
    return { ...own, ...(await merger.merge(base, weights)) };
  } finally {
    for (const buffer of Object.values(base)) buffer.dispose();
    await merger.dispose();
  }
};
