/** Weights in one file or in shards. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  openShards,
  openWeights,
  openWeightsFile,
  parseIndex,
} from "../../../../src/policies/checkpoints/safetensors/safetensors-files.ts";
import { readSafetensors, writeSafetensors } from "../../../../src/policies/checkpoints/safetensors/safetensors.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/safetensors");

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "retort-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const index = (): string => join(folder, "model.safetensors.index.json");

test("shards of transformers in bfloat16 are read as the same numbers in one float32 file", async () => {
  const { tensors } = await readSafetensors(join(fixtures, "whole.safetensors"));
  const stored = await openWeights(join(fixtures, "sharded"));
  expect(Object.keys(stored.tensors).toSorted()).toEqual(Object.keys(tensors).toSorted());
  expect(stored.tensors["model.layers.1.self_attn.k_proj.weight"]!.shape).toEqual([8, 16]);
  const weights = await stored.read(Object.keys(tensors));
  for (const [name, { data }] of Object.entries(tensors)) expect(weights[name]).toEqual(data);
});

test("only what is asked for is read, and another type matters only then", async () => {
  const path = join(folder, "model.safetensors");
  const header = JSON.stringify({
    ids: { dtype: "I64", shape: [1], data_offsets: [0, 8] },
    gain: { dtype: "F32", shape: [1], data_offsets: [8, 12] },
  });
  const bytes = Buffer.alloc(8 + header.length + 12);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  bytes.writeFloatLE(2.5, 8 + header.length + 8);
  await writeFile(path, bytes);
  const stored = await openWeights(folder);
  expect(await stored.read(["gain"])).toEqual({ gain: Float32Array.of(2.5) });
  await expect(stored.read(["gain", "ids"])).rejects.toThrow(`${path}: tensor "ids": expected dtype F32, F16 or BF16, got "I64"`);
  expect(await (await openWeightsFile(path)).read([])).toEqual({});
});

describe("shards", () => {
  beforeEach(async () => {
    await cp(join(fixtures, "sharded"), folder, { recursive: true });
  });

  const editIndex = async (edit: (map: Record<string, string>) => void): Promise<void> => {
    const document = JSON.parse(await readFile(index(), "utf8")) as { weight_map: Record<string, string> };
    edit(document.weight_map);
    await writeFile(index(), JSON.stringify(document));
  };

  test("of which one is missing are refused with its name", async () => {
    await rm(join(folder, "model-00002-of-00003.safetensors"));
    await expect(openWeights(folder)).rejects.toThrow("model-00002-of-00003.safetensors");
  });

  test("that lack a tensor, hold one too many, or hold it elsewhere are refused", async () => {
    await editIndex((map) => {
      map["extra"] = map["lm_head.weight"]!;
    });
    await expect(openShards(index())).rejects.toThrow(
      `${index()}: tensor "extra" is not in model-00003-of-00003.safetensors, where the index has it`,
    );
    await editIndex((map) => {
      delete map["extra"];
      delete map["model.norm.weight"];
    });
    await expect(openShards(index())).rejects.toThrow(
      /tensor "model.norm.weight" is in model-00003-of-00003.safetensors, but the index has it nowhere/,
    );
  });

  test("of which two hold the same tensor are refused", async () => {
    const path = join(folder, "model-00001-of-00003.safetensors");
    const { tensors, metadata } = await readSafetensors(path);
    await writeSafetensors(path, { tensors: { ...tensors, "lm_head.weight": { shape: [1], data: new Float32Array(1) } }, metadata });
    await expect(openShards(index())).rejects.toThrow(
      `${index()}: tensor "lm_head.weight" is in model-00001-of-00003.safetensors, but the index has it in model-00003-of-00003.safetensors`,
    );
  });

  test.each([
    "../model-00001-of-00003.safetensors",
    "/etc/passwd",
    "a/b.safetensors",
    "a\\b.safetensors",
    ".a.safetensors",
    "a.bin",
    "",
    "..",
    "a.safetensors\0",
  ])("called %j are refused before any is opened", async (name) => {
    await editIndex((map) => {
      map["lm_head.weight"] = name;
    });
    await expect(openShards(index())).rejects.toThrow(
      `${index()}: weight_map: tensor "lm_head.weight": expected a .safetensors file of the same folder, got ${JSON.stringify(name)}`,
    );
  });
});

test.each(["{}", "[]", "null", '{"weight_map":[]}', '{"weight_map":null}', '{"weight_map":{}}'])("the index %s is refused", (text) => {
  expect(() => parseIndex(text)).toThrow(/expected/);
});

test("a folder without weights is refused with what would be read", async () => {
  await expect(openWeights(folder)).rejects.toThrow(`${folder}: expected model.safetensors or model.safetensors.index.json, got neither`);
});
