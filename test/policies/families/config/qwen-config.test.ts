/** Sliding windows of Qwen2 and Qwen3. */
import { expect, test } from "vitest";
import { policyOf } from "../../../../src/policies/checkpoints/huggingface.ts";
import { qwen2 } from "../../../../src/policies/families/qwen2.ts";
import { qwenWindow, withoutWindow } from "../../../../src/policies/families/config/qwen-config.ts";

const base = {
  hidden_act: "silu",
  num_hidden_layers: 2,
  use_sliding_window: true,
  sliding_window: 8,
  max_window_layers: 1,
  layer_types: null,
} as const;

test("layers from max_window_layers on have the window, where it is used", () => {
  expect(qwenWindow(base)).toBe(8);
  expect(qwenWindow({ ...base, max_window_layers: 2 })).toBeNull();
  expect(qwenWindow({ ...base, use_sliding_window: false })).toBeNull();
  expect(qwenWindow({ ...base, sliding_window: null })).toBeNull();
});

test("layer types say it layer by layer, whatever max_window_layers says", () => {
  expect(qwenWindow({ ...base, max_window_layers: 2, layer_types: ["full_attention", "sliding_attention"] })).toBe(8);
  expect(qwenWindow({ ...base, layer_types: ["full_attention", "full_attention"] })).toBeNull();
  expect(() => qwenWindow({ ...base, layer_types: ["full_attention"] })).toThrow(
    "layer_types: expected one for each of the 2 layers, got 1",
  );
  expect(() => qwenWindow({ ...base, use_sliding_window: false, layer_types: ["sliding_attention", "full_attention"] })).toThrow(
    "layer_types: expected only full_attention where there is no sliding window",
  );
});

test("a checkpoint's context is cut to its window; other layers are refused by name", () => {
  const sizes = { layers: 2, width: 16, heads: 2, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 };
  const { config } = qwen2.create(sizes, { vocabularySize: 7, contextLength: 16 });
  expect(config).toMatchObject(withoutWindow(sizes));
  expect(policyOf(config).contextLength).toBe(16);
  expect(policyOf({ ...config, use_sliding_window: true, sliding_window: 8, max_window_layers: 0 }).contextLength).toBe(8);
  expect(() => policyOf({ ...config, layer_types: ["linear_attention", "full_attention"] })).toThrow(
    'layer_types.0: expected one of "full_attention", "sliding_attention", got "linear_attention"',
  );
});
