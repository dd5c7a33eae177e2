/** Checkpoints by what a user calls them. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadCheckpoint } from "../../../src/policies/checkpoints/load.ts";
import { loadPolicy } from "../../../src/policies/checkpoints/huggingface.ts";
import { startHub } from "../../fixtures/hub-server.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const llama = join(fixtures, "checkpoints/llama");

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "retort-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("a path", () => {
  test("may be a folder, its file of weights, or its list of shards", async () => {
    const { weights } = await loadPolicy(llama);
    for (const path of [llama, join(llama, "model.safetensors")]) {
      const loaded = await loadCheckpoint(path);
      expect(loaded.weights).toEqual(weights);
      expect(loaded.folder).toBe(llama);
      expect(loaded.tokenizer).toBeUndefined();
    }
    const sharded = join(fixtures, "safetensors/sharded");
    expect((await loadCheckpoint(join(sharded, "model.safetensors.index.json"))).weights).toEqual((await loadCheckpoint(sharded)).weights);
  });

  test("may be a GGUF file, which brings its tokenizer", async () => {
    const { policy, weights, tokenizer } = await loadCheckpoint(join(fixtures, "gguf/llama.gguf"));
    expect(Object.keys(weights)).toEqual(Object.keys(policy.parameters));
    expect(tokenizer?.tokens).toHaveLength(20);
  });

  test("of another kind is refused", async () => {
    const path = join(folder, "model.bin");
    await writeFile(path, "x");
    await expect(loadCheckpoint(path)).rejects.toThrow(`${path}: expected a .safetensors or a .gguf file, or a folder`);
  });

  test("of a file of weights without its configuration is refused with what is missing", async () => {
    await writeFile(join(folder, "a.safetensors"), await readFile(join(llama, "model.safetensors")));
    await expect(loadCheckpoint(join(folder, "a.safetensors"))).rejects.toThrow(join(folder, "config.json"));
  });

  test.each([
    "./nothing/here",
    "/nothing",
    "../a/b",
    "a/b/c",
    "nothing",
    "none.gguf",
    "owner/none.gguf",
    "owner/none.safetensors",
    "~/a",
    "C:\\a",
    "a\\b",
  ])("%s that is not there is never a name", async (path) => {
    await expect(loadCheckpoint(path)).rejects.toThrow(
      `no folder or file is at ${resolve(path)}, and a model of the Hub is called owner/name or owner/name/file.gguf`,
    );
  });
});

describe("a name", () => {
  test("is loaded from the Hub, and afterwards without it", async () => {
    const hub = await startHub();
    hub.serve({
      "config.json": await readFile(join(llama, "config.json")),
      "model.safetensors": await readFile(join(llama, "model.safetensors")),
    });
    const { policy, weights, folder: snapshot } = await loadCheckpoint("someone/tiny@v1", { endpoint: hub.endpoint, cache: folder });
    await hub.close();
    expect(weights).toEqual((await loadPolicy(llama)).weights);
    expect(policy.vocabularySize).toBe(50);
    expect(snapshot.startsWith(folder)).toBe(true);
    expect((await loadCheckpoint("someone/tiny@v1", { cache: folder, offline: true })).weights).toEqual(weights);
    await expect(loadCheckpoint("someone/tiny@v2", { cache: folder, offline: true })).rejects.toThrow(
      `no folder or file is at ${resolve("someone/tiny@v2")}, and as a model of the Hub: someone/tiny@v2: the cache ${folder} lacks any commit of v2`,
    );
  });

  test("of a GGUF file is that file of the Hub, at a revision too, and afterwards without it", async () => {
    const hub = await startHub();
    hub.serve({ "Tiny.Q8_0.gguf": await readFile(join(fixtures, "gguf/llama.gguf")), "README.md": Buffer.from("not needed") });
    const known = await loadCheckpoint(join(fixtures, "gguf/llama.gguf"));
    const options = { endpoint: hub.endpoint, cache: folder };
    const loaded = await loadCheckpoint("someone/tiny/Tiny.Q8_0.gguf@v1", options);
    await hub.close();
    expect(loaded.weights).toEqual(known.weights);
    expect(loaded.tokenizer).toEqual(known.tokenizer);
    const again = await loadCheckpoint("someone/tiny/Tiny.Q8_0.gguf@v1", { cache: folder, offline: true });
    expect(again.weights).toEqual(known.weights);
    await expect(loadCheckpoint("someone/tiny/Tiny.Q4_0.gguf@v1", { cache: folder, offline: true })).rejects.toThrow(
      `someone/tiny/Tiny.Q4_0.gguf@v1: the cache ${folder} lacks Tiny.Q4_0.gguf, and this is offline; load it online once`,
    );
  });

  test("that is also a path is the path", async () => {
    const before = process.cwd();
    await mkdir(join(folder, "someone"));
    await cp(llama, join(folder, "someone/tiny"), { recursive: true });
    process.chdir(folder);
    try {
      expect((await loadCheckpoint("someone/tiny", { endpoint: "http://127.0.0.1:1", cache: folder })).folder).toBe("someone/tiny");
    } finally {
      process.chdir(before);
    }
  });
});
