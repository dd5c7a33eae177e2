/** What a plan knows of checkpoints. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { readCheckpoints, type KnownCheckpoint } from "../../../src/experiments/inputs/checkpoints.ts";
import { startHub } from "../../fixtures/hub-server.ts";
import { vocabularySize, writeModel } from "../../fixtures/model-folder.ts";

let root: string;
let folder: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "retort-known-"));
  folder = join(root, "tiny");
  await writeModel(folder);
});

const offline = { offline: true, cache: join(tmpdir(), "retort-no-cache") };
const known = async (name: string): Promise<KnownCheckpoint> => {
  const made = (await readCheckpoints([name], root, offline)).get(name);
  if (made === undefined || "message" in made) throw new Error(made?.message ?? "nothing");
  return made.part;
};

describe("a checkpoint", () => {
  test("is found from the folder of the file that names it, and described by its configuration", async () => {
    const { path, policy, tokenizer, hash } = await known("tiny");
    expect(path).toBe(resolve(folder));
    expect(policy.config).toMatchObject({ model_type: "llama", num_hidden_layers: 3 });
    expect(tokenizer?.vocabularySize).toBe(vocabularySize);
    expect(hash).toMatch(/^[0-9a-f]{64}$/u);
    expect(await known(folder)).toMatchObject({ path, hash });
  });

  test("may be a file of weights with its folder around it", async () => {
    const { path, tokenizer } = await known("tiny/model.safetensors");
    expect(path).toBe(join(folder, "model.safetensors"));
    expect(tokenizer?.toJSON()).toEqual((await known("tiny")).tokenizer?.toJSON());
  });

  test("may be a GGUF file", async () => {
    const gguf = resolve("test/fixtures/gguf/llama.gguf");
    const { policy, hash } = await known(gguf);
    expect(policy.config["model_type"]).toBe("llama");
    expect(hash).not.toBe((await known(resolve("test/fixtures/gguf/qwen2.gguf"))).hash);
  });

  test("may be a GGUF file of the Hub", async () => {
    const gguf = resolve("test/fixtures/gguf/llama.gguf");
    const hub = await startHub();
    hub.serve({ "llama.gguf": readFileSync(gguf) });
    const name = "someone/tiny/llama.gguf@v1";
    const made = (await readCheckpoints([name], root, { endpoint: hub.endpoint, cache: join(root, "hub") })).get(name);
    await hub.close();
    const { path, hash, tokenizer } = (made as { readonly part: KnownCheckpoint }).part;
    expect(path).toBe(join(root, "hub", "models--someone--tiny", "snapshots", hub.commit, "llama.gguf"));
    expect(hash).toBe((await known(gguf)).hash);
    expect(tokenizer?.vocabularySize).toBe(20);
  });

  test("may lie in shards", async () => {
    const sharded = resolve("test/fixtures/safetensors/sharded");
    const before = await known(sharded);
    cpSync(sharded, join(root, "copy"), { recursive: true });
    expect((await known("copy")).hash).toBe(before.hash);
    const shard = join(root, "copy", "model-00002-of-00003.safetensors");
    const bytes = readFileSync(shard);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(shard, bytes);
    expect((await known("copy")).hash).not.toBe(before.hash);
  });

  test.each(["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"])(
    "has another hash when %s changes",
    async (name) => {
      const before = (await known("tiny")).hash;
      const path = join(folder, name);
      const text = readFileSync(path);
      writeFileSync(path, name === "model.safetensors" ? text.fill(1, text.length - 1) : text.toString().replace("{", "{ "));
      expect((await known("tiny")).hash).not.toBe(before);
      await writeModel(folder);
      expect((await known("tiny")).hash).toBe(before);
    },
  );
});

describe("what cannot be read", () => {
  const reason = async (name: string): Promise<string> => {
    const made = (await readCheckpoints([name], root, offline)).get(name)!;
    return "message" in made ? made.message : "";
  };

  test("is a reason in its entry, beside those that can", async () => {
    const found = await readCheckpoints(["tiny", "./no", "tiny"], root, offline);
    expect([...found.keys()]).toEqual(["tiny", "./no"]);
    expect(found.get("tiny")).toHaveProperty("part");
    expect(found.get("./no")).toEqual({
      message: `no folder or file is at ${resolve(root, "no")}, and a model of the Hub is called owner/name or owner/name/file.gguf, each with or without @revision, such as HuggingFaceTB/SmolLM2-135M`,
    });
  });

  test("names the file that is wrong", async () => {
    writeFileSync(join(folder, "config.json"), "{}");
    expect(await reason("tiny")).toContain(join(folder, "config.json"));
    rmSync(join(folder, "model.safetensors"));
    await writeModel(join(root, "second"));
    rmSync(join(root, "second", "model.safetensors"));
    expect(await reason("second")).toContain("model.safetensors");
  });

  test("names the model of the Hub that the cache lacks, offline", async () => {
    expect(await reason("owner/name")).toMatch(/owner\/name@main: the cache .* lacks/u);
  });
});

test("an aborted signal's reason is thrown", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(readCheckpoints(["./no"], root, { ...offline, signal })).rejects.toThrow("enough");
});
