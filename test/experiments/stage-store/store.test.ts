/** Tests of what stages leave. */
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { artifactFiles, artifactsIn, isArtifactOf, type Artifacts } from "../../../src/experiments/stage-store/store.ts";

const id = "a".repeat(64);
const fill = (content: string) => (folder: string) => {
  for (const name of artifactFiles) writeFileSync(join(folder, name), content);
  return Promise.resolve();
};

describe("artifacts", () => {
  let root: string;
  let artifacts: Artifacts;
  beforeEach(() => {
    root = join(mkdtempSync(join(tmpdir(), "retort-artifacts-")), "stages");
    artifacts = artifactsIn(root);
  });

  test("are there once they are committed, and not before", async () => {
    expect(artifacts.has(id)).toBe(false);
    const folder = await artifacts.commit(id, async (draft) => {
      await fill("one")(draft);
      expect(artifacts.has(id)).toBe(false);
    });
    expect(folder).toBe(artifacts.folder(id));
    expect(artifacts.has(id)).toBe(true);
    expect(readdirSync(root)).toEqual([id.slice(0, 16)]);
    expect(readFileSync(join(folder, "config.json"), "utf8")).toBe("one");
  });

  test("leave nothing behind when writing fails", async () => {
    await expect(
      artifacts.commit(id, (draft) => {
        writeFileSync(join(draft, "config.json"), "half");
        return Promise.reject(new Error("disk full"));
      }),
    ).rejects.toThrow("disk full");
    expect(readdirSync(root)).toEqual([]);
  });

  test("refuse to be incomplete", async () => {
    const write = (draft: string) => Promise.resolve(writeFileSync(join(draft, "config.json"), "{}"));
    await expect(artifacts.commit(id, write)).rejects.toThrow(/expected config\.json, tokenizer\.json, .* got config\.json/u);
    expect(readdirSync(root)).toEqual([]);
  });

  test("that are cut are not taken for results, and are replaced", async () => {
    mkdirSync(artifacts.folder(id), { recursive: true });
    await fill("old")(artifacts.folder(id));
    writeFileSync(join(artifacts.folder(id), "model.safetensors"), "");
    expect(artifacts.has(id)).toBe(false);
    await artifacts.commit(id, fill("new"));
    expect(readFileSync(join(artifacts.folder(id), "model.safetensors"), "utf8")).toBe("new");
  });

  test("the first of two that finish stays", async () => {
    await artifacts.commit(id, async (draft) => {
      await artifacts.commit(id, fill("first"));
      await fill("second")(draft);
    });
    expect(readFileSync(join(artifacts.folder(id), "config.json"), "utf8")).toBe("first");
    expect(readdirSync(root)).toEqual([id.slice(0, 16)]);
  });

  test("say when they were used", async () => {
    const folder = await artifacts.commit(id, fill("one"));
    utimesSync(folder, 1, 1);
    artifacts.touch(id);
    expect(Date.now() - statSync(folder).mtimeMs).toBeLessThan(60_000);
    artifacts.touch("b".repeat(64));
    expect([isArtifactOf(folder, id), isArtifactOf(folder, "b".repeat(64)), isArtifactOf(folder, "a".repeat(16))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each(["", "..", "../x", "A".repeat(64)])("refuse the id %j", (bad) => {
    expect(() => artifacts.folder(bad)).toThrow(RangeError);
  });
});
