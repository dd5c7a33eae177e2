/**
 * What the HuggingFace configurations of Qwen2 and Qwen3 have in common: sliding windows, by the first layer that has
 * one or layer by layer.
 */
import { Type, type Static, type TObject } from "@sinclair/typebox";
import { windowKey } from "./rotary-decoder-config.ts";

/** The keys; defaults as in transformers. */
export const qwenKeys = {
  hidden_act: Type.Literal("silu", { default: "silu" }),
  use_sliding_window: Type.Boolean({ default: false }),
  sliding_window: windowKey(4096),
  max_window_layers: Type.Integer({ default: 28 }),
  layer_types: Type.Unsafe<readonly ("full_attention" | "sliding_attention")[] | null>({
    type: ["array", "null"],
    maxItems: 256,
    items: { enum: ["full_attention", "sliding_attention"] },
    default: null,
  }),
};

/** These keys for a decoder that sees everything. */
export const withoutWindow = ({ layers }: { readonly layers: number }): Record<string, unknown> => ({
  hidden_act: "silu",
  use_sliding_window: false,
  sliding_window: null,
  max_window_layers: layers,
});

/** The window in tokens of the layers that have one; `null` where none has. `RangeError` for layers that do not fit. */
export const qwenWindow = (
  config: Static<TObject<typeof qwenKeys>> & { readonly num_hidden_layers: number },
): number | null => {
  const { layer_types: types, num_hidden_layers: layers, max_window_layers: first } = config;
  const window = config.use_sliding_window ? config.sliding_window : null;
  if (types === null) return first < layers ? window : null;
  if (types.length !== layers)
    throw new RangeError(`layer_types: expected one for each of the ${layers} layers, got ${types.length}`);
  if (!types.includes("sliding_attention")) return null;
  if (window === null)
    throw new RangeError(
      "layer_types: expected only full_attention where there is no sliding window, got sliding_attention",
    );
  return window;
};
