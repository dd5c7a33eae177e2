/** Tests of the store of stages. */
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { stageFiles, stageStoreIn, isStageFolder, type StageStore } from "../../../src/experiments/stage-store/stage-store.ts";

const id = "a".repeat(64);
const fill = (content: string) => (folder: string) => {
  for (const name of stageFiles) writeFileSync(join(folder, name), content);
  return Promise.resolve();
};

describe("stored stages", () => {
  let root: string;
  let stageStore: StageStore;
  beforeEach(() => {
    root = join(mkdtempSync(join(tmpdir(), "retort-stageStore-")), "stages");
    stageStore = stageStoreIn(root);
  });

  test("are there once they are committed, and not before", async () => {
    expect(stageStore.has(id)).toBe(false);
    const folder = await stageStore.commit(id, async (draft) => {
      await fill("one")(draft);
      expect(stageStore.has(id)).toBe(false);
    });
    expect(folder).toBe(stageStore.folder(id));
    expect(stageStore.has(id)).toBe(true);
    expect(readdirSync(root)).toEqual([id.slice(0, 16)]);
    expect(readFileSync(join(folder, "config.json"), "utf8")).toBe("one");
  });

  test("leave nothing behind when writing fails", async () => {
    await expect(
      stageStore.commit(id, (draft) => {
        writeFileSync(join(draft, "config.json"), "half");
        return Promise.reject(new Error("disk full"));
      }),
    ).rejects.toThrow("disk full");
    expect(readdirSync(root)).toEqual([]);
  });

  test("refuse to be incomplete", async () => {
    const write = (draft: string) => Promise.resolve(writeFileSync(join(draft, "config.json"), "{}"));
    await expect(stageStore.commit(id, write)).rejects.toThrow(/expected config\.json, tokenizer\.json, .* got config\.json/u);
    expect(readdirSync(root)).toEqual([]);
  });

  test("that are cut are not taken for whole, and are replaced", async () => {
    mkdirSync(stageStore.folder(id), { recursive: true });
    await fill("old")(stageStore.folder(id));
    writeFileSync(join(stageStore.folder(id), "model.safetensors"), "");
    expect(stageStore.has(id)).toBe(false);
    await stageStore.commit(id, fill("new"));
    expect(readFileSync(join(stageStore.folder(id), "model.safetensors"), "utf8")).toBe("new");
  });

  test("the first of two that finish stays", async () => {
    await stageStore.commit(id, async (draft) => {
      await stageStore.commit(id, fill("first"));
      await fill("second")(draft);
    });
    expect(readFileSync(join(stageStore.folder(id), "config.json"), "utf8")).toBe("first");
    expect(readdirSync(root)).toEqual([id.slice(0, 16)]);
  });

  test("say when they were used", async () => {
    const folder = await stageStore.commit(id, fill("one"));
    utimesSync(folder, 1, 1);
    stageStore.touch(id);
    expect(Date.now() - statSync(folder).mtimeMs).toBeLessThan(60_000);
    stageStore.touch("b".repeat(64));
    expect([isStageFolder(folder, id), isStageFolder(folder, "b".repeat(64)), isStageFolder(folder, "a".repeat(16))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each(["", "..", "../x", "A".repeat(64)])("refuse the id %j", (bad) => {
    expect(() => stageStore.folder(bad)).toThrow(RangeError);
  });
});
