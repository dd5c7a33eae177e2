/**
 * Tensors of a GGUF file under their HuggingFace names, and what llama.cpp's conversion did to their numbers undone.
 */
import { sharedNumbers } from "../../shared-numbers.ts";
import { quoted } from "../../../files/quoted.ts";

/**
 * What the conversion changed, and what undoes it: nothing; rows of heads in another order; 1 added; a matrix
 * transposed.
 */
export type Change = "none" | "paired" | "plus-one" | "transposed";

/** The tensors of one architecture. */
export interface TensorNames {
  /** What comes before and after the number of a layer. */
  readonly layer: string;
  /** HuggingFace's name, without layer and ending, of each of llama.cpp's. */
  readonly names: Readonly<Record<string, string>>;
  /** Names of llama.cpp's whose weights were changed. */
  readonly changes: Readonly<Record<string, Change>>;
}

const rotary = {
  token_embd: "model.embed_tokens",
  output_norm: "model.norm",
  output: "lm_head",
  "blk.attn_norm": "input_layernorm",
  "blk.attn_q": "self_attn.q_proj",
  "blk.attn_k": "self_attn.k_proj",
  "blk.attn_v": "self_attn.v_proj",
  "blk.attn_output": "self_attn.o_proj",
  "blk.ffn_norm": "post_attention_layernorm",
  "blk.ffn_gate": "mlp.gate_proj",
  "blk.ffn_up": "mlp.up_proj",
  "blk.ffn_down": "mlp.down_proj",
};

/** Llama, and Mistral, which converts to it: the rows of queries and keys are in pairs that are rotated together. */
export const llamaNames: TensorNames = {
  layer: "model.layers",
  names: rotary,
  changes: { "blk.attn_q": "paired", "blk.attn_k": "paired" },
};

/** Qwen2. */
export const qwen2Names: TensorNames = { layer: "model.layers", names: rotary, changes: {} };

/** Qwen3: norms of queries and keys. */
export const qwen3Names: TensorNames = {
  layer: "model.layers",
  names: { ...rotary, "blk.attn_q_norm": "self_attn.q_norm", "blk.attn_k_norm": "self_attn.k_norm" },
  changes: {},
};

/** Gemma: its norms multiply by 1 + weight, and the conversion added the 1. */
export const gemmaNames: TensorNames = {
  layer: "model.layers",
  names: rotary,
  changes: { "blk.attn_norm": "plus-one", "blk.ffn_norm": "plus-one", output_norm: "plus-one" },
};

/** GPT-2: its projections are stored as [in, out], and the conversion transposed them. */
export const gpt2Names: TensorNames = {
  layer: "transformer.h",
  names: {
    token_embd: "transformer.wte",
    position_embd: "transformer.wpe",
    output_norm: "transformer.ln_f",
    output: "lm_head",
    "blk.attn_norm": "ln_1",
    "blk.attn_qkv": "attn.c_attn",
    "blk.attn_output": "attn.c_proj",
    "blk.ffn_norm": "ln_2",
    "blk.ffn_up": "mlp.c_fc",
    "blk.ffn_down": "mlp.c_proj",
  },
  changes: {
    "blk.attn_qkv": "transposed",
    "blk.attn_output": "transposed",
    "blk.ffn_up": "transposed",
    "blk.ffn_down": "transposed",
  },
};

/**
 * HuggingFace's name of a tensor, and what was done to it. `RangeError` for a name that the architecture does not have.
 */
export const renamed = (
  { layer, names, changes }: TensorNames,
  name: string,
): { readonly name: string; readonly change: Change } => {
  const parts = /^(?:(blk\.)(0|[1-9]\d{0,5})\.)?([a-z_]+)\.(weight|bias)$/.exec(name);
  const [, block = "", index, stem = "", ending] = parts ?? [];
  const key = `${block}${stem}`;
  const known = Object.hasOwn(names, key) ? names[key] : undefined;
  if (known === undefined)
    throw new RangeError(
      `tensor ${quoted(name)}: expected one among ${Object.keys(names).join(", ")}; this one is not known`,
    );
  const change = Object.hasOwn(changes, key) ? changes[key]! : "none";
  const changed = ending === "bias" && change !== "paired" ? "none" : change;
  return { name: `${block === "" ? "" : `${layer}.${index}.`}${known}.${ending}`, change: changed };
};

/** The rows of each head from pairs (i, i + half) back to one half after the other, in place. */
const unpair = (values: Float32Array, columns: number, heads: number): void => {
  const rows = values.length / columns / heads;
  const half = rows / 2;
  const head = new Float32Array(rows * columns);
  for (let start = 0; start < values.length; start += head.length) {
    head.set(values.subarray(start, start + head.length));
    for (let row = 0; row < rows; row += 1) {
      const from = 2 * (row % half) + Math.floor(row / half);
      values.set(head.subarray(from * columns, (from + 1) * columns), start + row * columns);
    }
  }
};

const transposed = (values: Float32Array, [rows = 1, columns = 1]: readonly number[]): Float32Array => {
  const turned = sharedNumbers(values.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) turned[column * rows + row] = values[row * columns + column]!;
  }
  return turned;
};

/** The shape after `undone`. */
export const shapeUndone = (change: Change, shape: readonly number[]): readonly number[] =>
  change === "transposed" ? shape.toReversed() : shape;

/**
 * Numbers of a tensor of this shape before the conversion changed them; `heads` are those of its rows. `RangeError`
 * when rows are no pairs of each head.
 */
export const undone = (change: Change, values: Float32Array, shape: readonly number[], heads: number): Float32Array => {
  const [rows = 1, columns = 1] = shape;
  if (change === "paired") {
    if (rows % (2 * heads) !== 0)
      throw new RangeError(`expected rows to be a multiple of 2 * ${heads} heads, got ${quoted(shape)}`);
    unpair(values, columns, heads);
  } else if (change === "plus-one") {
    for (let i = 0; i < values.length; i += 1) values[i]! -= 1;
  }
  return change === "transposed" ? transposed(values, shape) : values;
};
