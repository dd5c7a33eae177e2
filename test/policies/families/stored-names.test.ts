/** Files of GPT-2 and T5 that transformers or older tools wrote otherwise than we do. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadPolicy, type Checkpoint } from "../../../src/policies/checkpoints/huggingface.ts";
import { writeSafetensors, type StoredTensor } from "../../../src/policies/checkpoints/safetensors/safetensors.ts";
import { checkpointsFolder } from "../../fixtures/reference-checkpoint.ts";

type Tensors = Readonly<Record<string, StoredTensor>>;

/** The checkpoint `name` as it is, and read again from a file with other tensors. */
const rewritten = async (name: string, change: (tensors: Tensors) => Tensors): Promise<readonly [Checkpoint, Promise<Checkpoint>]> => {
  const { policy, weights } = await loadPolicy(join(checkpointsFolder, name));
  const tensors = Object.fromEntries(Object.entries(weights).map(([key, data]) => [key, { shape: policy.parameters[key]!.shape, data }]));
  const folder = await mkdtemp(join(tmpdir(), "retort-names-"));
  await writeSafetensors(join(folder, "model.safetensors"), { tensors: change(tensors), metadata: {} });
  await writeFile(join(folder, "config.json"), JSON.stringify(policy.config));
  return [{ policy, weights }, loadPolicy(folder)];
};

const without =
  (name: string) =>
  (tensors: Tensors): Tensors =>
    Object.fromEntries(Object.entries(tensors).filter(([other]) => other !== name));

const shared = "shared.weight";
const unused = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight";

describe("a T5 file", () => {
  test("may hold copies of the embedding table, and a table that nothing reads", async () => {
    const [plain, again] = await rewritten("t5", (tensors) => ({
      ...tensors,
      "encoder.embed_tokens.weight": tensors[shared]!,
      "decoder.embed_tokens.weight": tensors[shared]!,
      "lm_head.weight": tensors[shared]!,
      [unused]: { shape: [8, 3], data: new Float32Array(24) },
    }));
    expect((await again).weights).toEqual(plain.weights);
  });

  test("may name the embedding table after the encoder", async () => {
    const [plain, again] = await rewritten("t5", ({ [shared]: table, ...others }) => ({
      ...others,
      "encoder.embed_tokens.weight": table!,
    }));
    expect((await again).weights).toEqual(plain.weights);
  });

  test("may leave out a head of its own: then it is the embedding table", async () => {
    const [, again] = await rewritten("t5-gated", without("lm_head.weight"));
    const { weights } = await again;
    expect(weights["lm_head.weight"]).toEqual(weights[shared]);
  });

  test("with another head than its configuration says is refused by name", async () => {
    const [, again] = await rewritten("t5", (tensors) => ({
      ...tensors,
      "lm_head.weight": { ...tensors[shared]!, data: tensors[shared]!.data.map((x) => x + 1) },
    }));
    await expect(again).rejects.toThrow('"lm_head.weight": expected the values of "shared.weight"');
  });
});

describe("a GPT-2 file", () => {
  test("may leave off the prefix, and hold masks and a copy of the tied head", async () => {
    const [plain, again] = await rewritten("gpt2", (tensors) => ({
      ...Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name.replace("transformer.", ""), tensor])),
      "lm_head.weight": tensors["transformer.wte.weight"]!,
      "h.0.attn.bias": { shape: [1, 1, 2, 2], data: Float32Array.of(1, 0, 1, 1) },
      "h.1.attn.masked_bias": { shape: [], data: Float32Array.of(-1e4) },
    }));
    expect((await again).weights).toEqual(plain.weights);
  });

  test("without its own head is refused", async () => {
    const [, again] = await rewritten("gpt2-untied", without("lm_head.weight"));
    await expect(again).rejects.toThrow('"lm_head.weight" is missing');
  });
});
