/** The Hub's cache. */
import { createHash } from "node:crypto";
import { lstat, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isKept, keepFile, rememberCommit, rememberedCommit, snapshotOf } from "../../../../src/policies/checkpoints/hub/hub-cache.ts";

let cache = "";
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "retort-"));
});
afterEach(async () => {
  await rm(cache, { recursive: true });
});

const commit = "a".repeat(40);
const model = () => ({ cache, name: "owner/name" });
const blobs = (): Promise<string[]> => readdir(join(cache, "models--owner--name", "blobs"));

async function* parts(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const unseen = (): void => undefined;

test("the commit of a branch is remembered; a commit is its own", async () => {
  expect(await rememberedCommit(model(), "refs/pr/1")).toBeUndefined();
  await rememberCommit(model(), "refs/pr/1", commit);
  expect(await rememberedCommit(model(), "refs/pr/1")).toBe(commit);
  expect(await rememberedCommit(model(), "b".repeat(40))).toBe("b".repeat(40));
});

describe("a file", () => {
  test("is a blob by its hash, with a link in its snapshot, as HuggingFace's libraries have it", async () => {
    const file = { path: "a.json", size: 5, hash: sha256("hello") };
    const seen: number[] = [];
    await keepFile(
      model(),
      commit,
      file,
      () => parts("he", "llo"),
      (bytes) => seen.push(bytes),
    );
    expect(seen).toEqual([2, 5]);
    expect(await blobs()).toEqual([file.hash]);
    expect(snapshotOf(model(), commit)).toBe(join(cache, "models--owner--name", "snapshots", commit));
    const location = join(snapshotOf(model(), commit), "a.json");
    expect(await readFile(location, "utf8")).toBe("hello");
    expect((await lstat(location)).isSymbolicLink()).toBe(process.platform !== "win32");
    expect(await isKept(model(), commit, file)).toBe(true);
    expect(await isKept(model(), commit, { ...file, size: 6 })).toBe(false);
  });

  test("with git's hash is checked as git has it", async () => {
    const hash = createHash("sha1").update("blob 5\0hello").digest("hex");
    await keepFile(model(), commit, { path: "a", size: 5, hash }, () => parts("hello"), unseen);
    expect(await blobs()).toEqual([hash]);
  });

  test("of another commit with the same content is linked and not downloaded", async () => {
    const file = { path: "a", size: 5, hash: sha256("hello") };
    await keepFile(model(), commit, file, () => parts("hello"), unseen);
    const other = "c".repeat(40);
    await keepFile(model(), other, file, () => parts("nothing that fits"), unseen);
    expect(await readFile(join(snapshotOf(model(), other), "a"), "utf8")).toBe("hello");
  });

  test("that never ends is given up when it is longer than it should be", async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; sent < 1000; sent += 1) yield await Promise.resolve(Buffer.from("hello"));
    }
    const file = { path: "a", size: 12, hash: sha256("hello") };
    await expect(keepFile(model(), commit, file, endless, unseen)).rejects.toThrow("expected 12 bytes, got more");
    expect(sent).toBe(2);
  });

  test.each([
    { what: "too short", texts: ["hell"], message: /expected 5 bytes, got 4/ },
    { what: "too long", texts: ["hello", "!"], message: /expected 5 bytes, got more/ },
    { what: "of other content", texts: ["hellO"], message: /expected content with the hash/ },
  ])("that is $what is refused, and nothing stays", async ({ texts, message }) => {
    const file = { path: "a", size: 5, hash: sha256("hello") };
    await expect(keepFile(model(), commit, file, () => parts(...texts), unseen)).rejects.toThrow(message);
    expect(await blobs()).toEqual([]);
    expect(await isKept(model(), commit, file)).toBe(false);
  });
});
