/** Whole GGUF files. */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withFile } from "../../../../src/files/byte-source.ts";
import { readGgufHeader } from "../../../../src/policies/checkpoints/gguf/gguf-header.ts";
import { openGguf } from "../../../../src/policies/checkpoints/gguf/gguf.ts";
import { policyWith } from "../../../../src/policies/checkpoints/huggingface.ts";
import { loadReference, logitsWithoutCache } from "../../../fixtures/reference-checkpoint.ts";
import { engines } from "../../../laws/evaluate.ts";
import { ggufFile, value } from "../../../fixtures/gguf-file.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/gguf");

interface Reference {
  readonly config: Record<string, unknown>;
  readonly tensors: Record<string, { shape: number[]; sha256: string }>;
}

const reference = async (name: string): Promise<Reference> =>
  JSON.parse(await readFile(join(fixtures, `${name}.json`), "utf8")) as Reference;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "retort-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe.each(["llama", "qwen2", "qwen3", "gemma", "gpt2"])("a file of %s", (name) => {
  test("has the tensors of transformers: their names, shapes and every bit", async () => {
    const { tensors } = await reference(name);
    const { stored } = await openGguf(join(fixtures, `${name}.gguf`));
    expect(Object.keys(stored.tensors).toSorted()).toEqual(Object.keys(tensors).toSorted());
    const weights = await stored.read(Object.keys(tensors));
    for (const [key, { shape, sha256 }] of Object.entries(tensors)) {
      expect(stored.tensors[key]!.shape).toEqual(shape);
      expect([key, createHash("sha256").update(weights[key]!).digest("hex")]).toEqual([key, sha256]);
    }
  });

  test("has the configuration of transformers", async () => {
    const { config: expected } = await reference(name);
    const { config } = await openGguf(join(fixtures, `${name}.gguf`));
    // GPT-2 says 4 times the width by leaving it out; Llama and GPT-2 of transformers 5 have other ways to write these.
    const same = Object.fromEntries(
      Object.entries({ ...expected, ...(expected["rope_parameters"] as object | undefined) }).filter(([key]) => key in config),
    );
    const { architectures: _, n_inner: inner, pad_token_id: _pad, ...ours } = config;
    expect(ours).toMatchObject(Object.fromEntries(Object.entries(same).filter(([key]) => key in ours)));
    expect(
      Object.keys(ours)
        .filter((key) => !(key in same))
        .toSorted(),
    ).toEqual(name === "qwen2" ? ["head_dim"] : []);
    if (name === "gpt2") expect(inner).toBe(64);
  });
});

test("a file becomes a policy with its weights, and says what it knows of its tokenizer", async () => {
  const { config, stored, tokenizer } = await openGguf(join(fixtures, "llama.gguf"));
  const { policy, weights } = await policyWith(config, stored);
  expect(policy.vocabularySize).toBe(20);
  expect(Object.keys(weights)).toEqual(Object.keys(policy.parameters));
  expect(tokenizer).toMatchObject({ model: "gpt2", pre: "smollm", merges: ["a b"], beginId: 1, endId: 2, padId: 0, addBegin: false });
  expect(tokenizer?.tokens).toHaveLength(20);
});

describe("frequencies that the conversion scaled", () => {
  const path = join(fixtures, "llama3.gguf");

  test("are those of transformers, and its logits follow", async () => {
    const { config, stored } = await openGguf(path);
    const { policy, weights } = await policyWith(config, stored);
    const { expected, policy: original } = await loadReference("llama3");
    expect(config["rope_scaling"]).toMatchObject({ rope_type: "longrope", short_factor: [1, expect.closeTo(2.339, 3), 8, 8] });
    expect(Object.keys(weights)).toEqual(Object.keys(original.parameters));
    for (const { evaluate } of engines) {
      const logits = await logitsWithoutCache(evaluate, { policy, weights }, expected, "left");
      const off = logits.flat(2).map((value, i) => Math.abs(value - expected.logits.flat(2)[i]!));
      expect(Math.max(...off)).toBeLessThan(1e-4);
    }
  });

  test("are refused when they are not one for each two channels, are not above 0, or are too many", async () => {
    const bytes = await readFile(path);
    const at = bytes.indexOf("rope_freqs.weight") + "rope_freqs.weight".length;
    const begin = (await withFile(path, readGgufHeader)).tensors.find(({ name }) => name === "rope_freqs.weight")!.begin;
    const open = async (change: (bytes: Buffer) => void): Promise<unknown> => {
      const copy = Buffer.from(bytes);
      change(copy);
      await writeFile(join(folder, "a.gguf"), copy);
      const { config, stored } = await openGguf(join(folder, "a.gguf"));
      return policyWith(config, stored);
    };
    await expect(open((copy) => copy.writeBigUInt64LE(3n, at + 4))).rejects.toThrow(
      /ropeScaling.factors to be headWidth \/ 2 = 4 numbers, got 3/,
    );
    await expect(open((copy) => copy.writeFloatLE(0, begin))).rejects.toThrow(/short_factor: expected a list of numbers above 0/);
    await expect(open((copy) => copy.writeFloatLE(Number.NaN, begin))).rejects.toThrow(/short_factor: expected a list of numbers above 0/);
    const many = { name: "rope_freqs.weight", sizes: [32_769], type: 0, offset: 0 };
    const table = { name: "token_embd.weight", sizes: [4, 2], type: 0, offset: 0 };
    const llama = [
      ["general.architecture", value.text("llama")],
      ["llama.attention.head_count", value.whole(2)],
    ] as const;
    await writeFile(
      join(folder, "b.gguf"),
      ggufFile({ metadata: llama, tensors: [table, { ...many, offset: 32 }], data: new Uint8Array(140_000) }),
    );
    await expect(openGguf(join(folder, "b.gguf"))).rejects.toThrow('tensor "rope_freqs.weight": expected at most 32768 factors, got 32769');
  });
});

const metadata = [
  ["general.architecture", value.text("gpt2")],
  ...["context_length", "block_count", "embedding_length", "attention.head_count"].map((key) => [`gpt2.${key}`, value.whole(4)] as const),
  ["gpt2.attention.layer_norm_epsilon", Buffer.from([6, 0, 0, 0, 0xac, 0xc5, 0x27, 0x37])],
] as const;

test("an output head that repeats the embedding table is tied, another is kept", async () => {
  const path = join(folder, "tied.gguf");
  const table = { name: "token_embd.weight", sizes: [4, 2], type: 0, offset: 0 };
  const tensors = [table, { ...table, name: "output.weight", offset: 32 }];
  const data = new Uint8Array(64).fill(1);
  await writeFile(path, ggufFile({ metadata, tensors, data }));
  const tied = await openGguf(path);
  expect(tied.config["tie_word_embeddings"]).toBe(true);
  expect(Object.keys(tied.stored.tensors)).toEqual(["transformer.wte.weight"]);
  data[63] = 2;
  await writeFile(path, ggufFile({ metadata, tensors, data }));
  const { config, stored } = await openGguf(path);
  expect(config["tie_word_embeddings"]).toBe(false);
  expect(Object.keys(stored.tensors)).toEqual(["transformer.wte.weight", "lm_head.weight"]);
});

describe("a file is refused with its name", () => {
  test("when it is cut after it was opened", async () => {
    const path = join(folder, "llama.gguf");
    await writeFile(path, await readFile(join(fixtures, "llama.gguf")));
    const { stored } = await openGguf(path);
    await truncate(path, 4000);
    await expect(stored.read(["model.norm.weight"])).rejects.toThrow(`${path}: the file is cut`);
    await expect(openGguf(path)).rejects.toThrow(`${path}: the file is cut`);
  });

  test("when it has no embedding table, or a tensor that is not known", async () => {
    const path = join(folder, "a.gguf");
    await writeFile(path, ggufFile({ metadata }));
    await expect(openGguf(path)).rejects.toThrow(`${path}: expected a tensor "token_embd.weight", got none`);
    const table = { name: "token_embd.weight", sizes: [4, 2], type: 0, offset: 0 };
    await writeFile(
      path,
      ggufFile({ metadata, tensors: [table, { ...table, name: "rope_freqs.weight", offset: 32 }], data: new Uint8Array(64) }),
    );
    await expect(openGguf(path)).rejects.toThrow(`${path}: tensor "rope_freqs.weight": expected one among token_embd`);
  });
});
