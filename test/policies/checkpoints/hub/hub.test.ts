/** Models from a server that answers like the Hub. */
import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fetchFromHub, parseHubName, type HubName, type HubOptions } from "../../../../src/policies/checkpoints/hub/hub.ts";
import { startHub, type HubServer } from "../../../fixtures/hub-server.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/safetensors");
const shards = [1, 2, 3].map((i) => `model-0000${i}-of-00003.safetensors`);
const needed = ["config.json", "model.safetensors.index.json", ...shards, "tokenizer.json"].toSorted();

const files = async (): Promise<Record<string, Uint8Array>> =>
  Object.fromEntries(
    await Promise.all([
      ...needed
        .filter((path) => path !== "tokenizer.json")
        .map(async (path): Promise<[string, Uint8Array]> => [path, await readFile(join(fixtures, "sharded", path))]),
      Promise.resolve<[string, Uint8Array]>(["tokenizer.json", Buffer.from("{}")]),
      Promise.resolve<[string, Uint8Array]>(["README.md", Buffer.from("not needed")]),
      Promise.resolve<[string, Uint8Array]>(["pytorch_model.bin", Buffer.from("never")]),
    ]),
  );

let hub: HubServer;
let cache = "";
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "retort-"));
  hub = await startHub();
  hub.serve(await files());
  for (const key of ["HF_ENDPOINT", "HF_HUB_OFFLINE", "HF_TOKEN", "HF_HUB_CACHE"]) vi.stubEnv(key, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(cache, { recursive: true });
});

const tiny = { name: "someone/tiny", revision: "main" };
const options = (more: HubOptions = {}): HubOptions => ({ endpoint: hub.endpoint, cache, ...more });

describe("a name", () => {
  test("is owner and name, with a branch, a tag or a commit", () => {
    expect(parseHubName("someone/tiny")).toEqual(tiny);
    expect(parseHubName("Some-one/ti.ny_1@v1.0")).toEqual({ name: "Some-one/ti.ny_1", revision: "v1.0" });
    expect(parseHubName("someone/tiny@refs/pr/1")?.revision).toBe("refs/pr/1");
  });

  test("may be that of one GGUF file, in folders too", () => {
    expect(parseHubName("someone/tiny/Tiny.Q8_0.gguf")).toEqual({ ...tiny, file: "Tiny.Q8_0.gguf" });
    expect(parseHubName("someone/tiny/Q8_0/a/Tiny.GGUF@refs/pr/1")).toEqual({ ...tiny, revision: "refs/pr/1", file: "Q8_0/a/Tiny.GGUF" });
  });

  test.each([
    "tiny",
    "a/b/c",
    "a/../b",
    "../a",
    "a/b@",
    "a/b@../c",
    "a/b@c//d",
    "a/b@/c",
    "a/b c",
    "a/b?c",
    "a/b#c",
    "https://x/y",
    "a/b@c.lock",
    "a/b.gguf",
    "a/b.safetensors",
    "a/b/c.safetensors",
    "a/b/../c.gguf",
    "a/b//c.gguf",
    "a/b/.gguf",
    "a/b/c.gguf/d",
  ])("is not %j", (text) => {
    expect(parseHubName(text)).toBeUndefined();
  });
});

describe("a model", () => {
  test("is brought with what a checkpoint needs and nothing else, and a second time without its files", async () => {
    const seen = new Map<string, number>();
    const folder = await fetchFromHub(tiny, options({ onProgress: (file, bytes, size) => seen.set(file, bytes / size) }));
    expect(folder).toBe(join(cache, "models--someone--tiny", "snapshots", hub.commit));
    expect((await readdir(folder)).toSorted()).toEqual(needed);
    expect(await readFile(join(folder, shards[0]!))).toEqual(await readFile(join(fixtures, "sharded", shards[0]!)));
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(needed.map((file) => [file, 1])));
    hub.requests.length = 0;
    expect(await fetchFromHub(tiny, options())).toBe(folder);
    expect(hub.requests).toEqual(["GET /api/models/someone/tiny/revision/main", `GET /api/models/someone/tiny/tree/${hub.commit}`]);
  });

  test("is found by the environment's endpoint and cache", async () => {
    vi.stubEnv("HF_ENDPOINT", `${hub.endpoint}/`);
    vi.stubEnv("HF_HUB_CACHE", cache);
    expect(await fetchFromHub(tiny)).toContain(cache);
  });

  test("of a commit that is there whole needs no server; of a branch it does", async () => {
    const folder = await fetchFromHub(tiny, options());
    const { commit } = hub;
    await hub.close();
    expect(await fetchFromHub({ ...tiny, revision: commit }, options())).toBe(folder);
    await expect(fetchFromHub(tiny, options())).rejects.toThrow(`someone/tiny@main on ${hub.endpoint}: fetch failed`);
  });

  test("stays at its commit when the branch moves on", async () => {
    const before = await fetchFromHub({ ...tiny, revision: hub.commit }, options());
    hub.serve({ ...(await files()), "tokenizer.json": Buffer.from("[]") });
    const after = await fetchFromHub(tiny, options());
    expect(after).not.toBe(before);
    expect(await readFile(join(before, "tokenizer.json"), "utf8")).toBe("{}");
    expect(await readFile(join(after, "tokenizer.json"), "utf8")).toBe("[]");
  });
});

describe("one GGUF file", () => {
  const content = {
    "Tiny.Q8_0.gguf": Buffer.from("GGUF one"),
    "Q4_0/Tiny.gguf": Buffer.from("GGUF two"),
    "config.json": Buffer.from("{}"),
  };
  const [whole, inFolder] = ["Tiny.Q8_0.gguf", "Q4_0/Tiny.gguf"].map((file) => ({ ...tiny, file })) as [HubName, HubName];

  test("is brought alone, in its folder, and a second time not again", async () => {
    hub.serve(content);
    const path = await fetchFromHub(inFolder, options());
    const snapshot = join(cache, "models--someone--tiny", "snapshots", hub.commit);
    expect(path).toBe(join(snapshot, "Q4_0/Tiny.gguf"));
    expect(await readFile(path, "utf8")).toBe("GGUF two");
    expect(await readdir(snapshot)).toEqual(["Q4_0"]);
    hub.requests.length = 0;
    expect(await fetchFromHub(inFolder, options())).toBe(path);
    expect(hub.requests).toEqual(["GET /api/models/someone/tiny/revision/main", `GET /api/models/someone/tiny/tree/${hub.commit}/Q4_0`]);
    expect(await fetchFromHub({ ...inFolder, revision: hub.commit }, options({ offline: true }))).toBe(path);
    expect(await readFile(await fetchFromHub(whole, options()), "utf8")).toBe("GGUF one");
  });

  test("that the model does not have is refused with those that it has", async () => {
    hub.serve(content);
    await expect(fetchFromHub({ ...tiny, file: "Tiny.Q5_0.gguf" }, options())).rejects.toThrow(
      `someone/tiny/Tiny.Q5_0.gguf@main on ${hub.endpoint}: Tiny.Q5_0.gguf: the repository does not have this file; its .gguf files here: Tiny.Q8_0.gguf`,
    );
    await expect(fetchFromHub(whole, options({ largest: 7 }))).rejects.toThrow("Tiny.Q8_0.gguf: expected at most 7 bytes, got 8");
    hub.faults.set("Tiny.Q8_0.gguf", "changed");
    await expect(fetchFromHub(whole, options())).rejects.toThrow("Tiny.Q8_0.gguf: was not downloaded: expected content with the hash");
  });
});

describe("offline", () => {
  test("the cache is enough, by option and by environment", async () => {
    const folder = await fetchFromHub(tiny, options());
    hub.requests.length = 0;
    expect(await fetchFromHub(tiny, options({ offline: true }))).toBe(folder);
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    expect(await fetchFromHub(tiny, options())).toBe(folder);
    expect(hub.requests).toEqual([]);
  });

  test("what the cache lacks is named", async () => {
    const absent: string[] = [];
    const onAbsence = (name: string): void => void absent.push(name);
    await expect(fetchFromHub(tiny, options({ offline: true, onAbsence }))).rejects.toThrow(
      `someone/tiny@main: the cache ${cache} lacks any commit of main, and this is offline; load it online once`,
    );
    expect(absent).toEqual(["someone/tiny@main"]);
    const folder = await fetchFromHub(tiny, options());
    await rm(join(folder, shards[1]!));
    await rm(join(folder, "config.json"));
    await expect(fetchFromHub(tiny, options({ offline: true }))).rejects.toThrow(`lacks config.json, ${shards[1]}, and this is offline`);
    await symlink("nowhere", join(folder, "config.json"));
    await expect(fetchFromHub(tiny, options({ offline: true }))).rejects.toThrow("lacks config.json");
    hub.requests.length = 0;
    expect(await fetchFromHub({ ...tiny, revision: hub.commit }, options())).toBe(folder);
    expect(hub.requests.length).toBeGreaterThan(0);
  });
});

describe("a download is refused", () => {
  test.each([
    ["missing", shards[1]!, "the server lists it, but does not have it"],
    ["cut", shards[1]!, "terminated"],
    ["cut", "config.json", "terminated"],
    ["longer", "config.json", "expected 720 bytes, got more"],
    ["changed", shards[0]!, "expected content with the hash"],
    ["announced", "config.json", "expected 720 bytes as listed, got an announcement of 721"],
  ] as const)("that is %s (%s), nothing half stays, and the next one succeeds", async (fault, file, message) => {
    hub.faults.set(file, fault);
    await expect(fetchFromHub(tiny, options())).rejects.toThrow(
      `someone/tiny@main on ${hub.endpoint}: ${file}: was not downloaded: ${message}`,
    );
    expect((await readdir(join(cache, "models--someone--tiny", "blobs"))).filter((name) => name.endsWith(".incomplete"))).toEqual([]);
    hub.faults.clear();
    expect((await readdir(await fetchFromHub(tiny, options()))).toSorted()).toEqual(needed);
  });

  test("of a model or a revision that is not there, with what to do", async () => {
    const expected = /404 \(Repository or revision not found.*\); check the name and the revision, and set HF_TOKEN/;
    await expect(fetchFromHub({ ...tiny, name: "someone/else" }, options())).rejects.toThrow(expected);
    await expect(fetchFromHub({ ...tiny, revision: "v2" }, options())).rejects.toThrow(expected);
  });

  test("of a model without safetensors, which is told what it has", async () => {
    hub.serve({ "config.json": Buffer.from("{}"), "tiny.Q8_0.gguf": Buffer.from("GGUF") });
    await expect(fetchFromHub(tiny, options())).rejects.toThrow(
      /expected config.json and model.safetensors or model.safetensors.index.json, got tiny.Q8_0.gguf; a .gguf file is called owner\/name\/file.gguf/,
    );
  });

  test("of more bytes than were asked for at most, before any of them comes", async () => {
    await expect(fetchFromHub(tiny, options({ largest: 6000 }))).rejects.toThrow(
      /model-0000.-of-00003.safetensors: expected at most \d+ bytes/,
    );
    expect(hub.requests.filter((path) => path.includes(shards[1]!))).toEqual([]);
  });

  test("of a list of shards that leads out of the folder", async () => {
    const index = JSON.stringify({ weight_map: { a: "../../a.safetensors" } });
    hub.serve({ ...(await files()), "model.safetensors.index.json": Buffer.from(index) });
    await expect(fetchFromHub(tiny, options())).rejects.toThrow(
      /expected a .safetensors file of the same folder, got "..\/..\/a.safetensors"/,
    );
  });
});

test("a download that stalls ends when it is aborted, with the reason", async () => {
  hub.faults.set(shards[0]!, "stalled");
  const abort = new AbortController();
  const reason = new Error("enough");
  const onProgress = (file: string): void => {
    if (file === shards[0]) abort.abort(reason);
  };
  await expect(fetchFromHub(tiny, options({ signal: abort.signal, onProgress }))).rejects.toBe(reason);
  expect((await readdir(join(cache, "models--someone--tiny", "blobs"))).filter((name) => name.endsWith(".incomplete"))).toEqual([]);
});
