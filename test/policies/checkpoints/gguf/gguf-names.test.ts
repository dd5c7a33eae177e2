/** Names of tensors, and what llama.cpp's conversion did to them; test/policies/checkpoints/gguf/gguf.test.ts compares whole files with transformers. */
import { describe, expect, test } from "vitest";
import {
  gemmaNames,
  gpt2Names,
  llamaNames,
  qwen2Names,
  qwen3Names,
  renamed,
  shapeUndone,
  undone,
} from "../../../../src/policies/checkpoints/gguf/gguf-names.ts";

describe("a name", () => {
  test("is HuggingFace's, with its layer and what was changed", () => {
    expect(renamed(llamaNames, "token_embd.weight")).toEqual({ name: "model.embed_tokens.weight", change: "none" });
    expect(renamed(llamaNames, "blk.11.attn_q.weight")).toEqual({ name: "model.layers.11.self_attn.q_proj.weight", change: "paired" });
    expect(renamed(llamaNames, "blk.0.attn_k.bias")).toEqual({ name: "model.layers.0.self_attn.k_proj.bias", change: "paired" });
    expect(renamed(qwen2Names, "blk.0.attn_q.weight").change).toBe("none");
    expect(renamed(qwen3Names, "blk.3.attn_k_norm.weight").name).toBe("model.layers.3.self_attn.k_norm.weight");
    expect(renamed(gemmaNames, "output_norm.weight")).toEqual({ name: "model.norm.weight", change: "plus-one" });
    expect(renamed(gpt2Names, "blk.2.ffn_up.weight")).toEqual({ name: "transformer.h.2.mlp.c_fc.weight", change: "transposed" });
    expect(renamed(gpt2Names, "blk.2.ffn_up.bias").change).toBe("none");
  });

  test.each([
    "rope_freqs.weight",
    "blk.01.attn_q.weight",
    "blk.attn_q.weight",
    "attn_q.weight",
    "blk.0.constructor.weight",
    "blk.0.token_embd.weight",
    "",
  ])("%j is refused", (name) => {
    expect(() => renamed(llamaNames, name)).toThrow(`tensor ${JSON.stringify(name)}: expected one among token_embd, output_norm`);
  });
});

describe("what is undone", () => {
  test("is the pairing of rows, head by head", () => {
    // Two heads of four rows: rows 0 and 2 of a head were put beside each other, and 1 and 3.
    const stored = Float32Array.of(0, 0, 2, 2, 1, 1, 3, 3, 10, 10, 12, 12, 11, 11, 13, 13);
    expect([...undone("paired", stored, [8, 2], 2)]).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 10, 10, 11, 11, 12, 12, 13, 13]);
    expect([...undone("paired", Float32Array.of(0, 2, 1, 3), [4], 1)]).toEqual([0, 1, 2, 3]);
    expect(() => undone("paired", stored, [8, 2], 3)).toThrow("expected rows to be a multiple of 2 * 3 heads, got [8,2]");
    expect(() => undone("paired", stored, [8, 2], 0)).toThrow(RangeError);
  });

  test("is the 1 that was added, and the transposition", () => {
    expect([...undone("plus-one", Float32Array.of(1, 1.5), [2], 1)]).toEqual([0, 0.5]);
    expect([...undone("transposed", Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], 1)]).toEqual([1, 4, 2, 5, 3, 6]);
    expect(shapeUndone("transposed", [2, 3])).toEqual([3, 2]);
    expect(shapeUndone("paired", [2, 3])).toEqual([2, 3]);
  });
});
