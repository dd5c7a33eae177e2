/** A folder of scores: each is read as it was written, damage is seen, and the folder does not grow beyond its bound. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { scoreFolder } from "../../../src/teachers/scores/folder.ts";
import { rolloutAt, rolloutGrid } from "../../fixtures/rollouts.ts";

const size = { width: 2, ids: false };
const score = (value: number) => ({ logProbs: Float32Array.of(value, 1, 2, 3, 4, 5) });
/** Of one entry: its mark, its sum, six log-probs. */
const entry = 8 + 32 + 24;
const ample = 1e6;

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-scores-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const files = (): string[] =>
  readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(root, name)).isFile());

describe("a folder of scores", () => {
  test("gives what was written, by its tokens alone, to others too", async () => {
    const folder = scoreFolder(root, "teacher", ample);
    for (const [i, rollout] of rolloutGrid(2, 2).entries()) await folder.write(rollout, score(i));
    const other = scoreFolder(root, "teacher", ample);
    for (const [i, rollout] of rolloutGrid(2, 2).entries()) {
      expect(await other.read({ ...rollout, version: 7, text: "else", order: { prompt: 9, sample: 9 } }, size)).toEqual({
        score: score(i),
      });
    }
    const [path] = files();
    expect(readFileSync(join(root, path!))).toHaveLength(entry);
  });

  test("has nothing of other sequences, and nothing of other teachers", async () => {
    const folder = scoreFolder(root, "teacher", ample);
    const rollout = rolloutAt(1, 2);
    await folder.write(rollout, score(0));
    // The same ids in all, with the border elsewhere.
    const shifted = { ...rollout, promptTokens: Int32Array.of(1), tokens: Int32Array.of(2, 2, 1, 1) };
    expect(await folder.read(shifted, size)).toMatchObject({ missing: "absent" });
    expect(await scoreFolder(root, "other", ample).read(rollout, size)).toMatchObject({ missing: "absent" });
  });

  test("says what is damaged, and where", async () => {
    const folder = scoreFolder(root, "teacher", ample);
    await folder.write(rolloutAt(0, 0), score(0));
    const path = join(root, files()[0]!);
    const bytes = readFileSync(path);
    bytes[50]! ^= 1;
    writeFileSync(path, bytes);
    expect(await folder.read(rolloutAt(0, 0), size)).toEqual({ missing: "damaged", path });
    writeFileSync(path, bytes.subarray(0, 10));
    expect(await folder.read(rolloutAt(0, 0), size)).toEqual({ missing: "damaged", path });
    await folder.write(rolloutAt(0, 0), score(1));
    expect(await folder.read(rolloutAt(0, 0), size)).toEqual({ score: score(1) });
  });

  test("keeps within its bound, and what was written last", async () => {
    const rollouts = rolloutGrid(30, 1);
    const folder = scoreFolder(root, "teacher", 20 * entry);
    await folder.write(rollouts[0]!, score(0));
    // Clocks of file systems are coarse.
    utimesSync(join(root, files()[0]!), 1, 1);
    for (const [i, rollout] of rollouts.entries()) if (i > 0) await folder.write(rollout, score(i));
    const kept = files();
    expect(kept.length).toBeLessThanOrEqual(20);
    expect(kept.length).toBeGreaterThanOrEqual(17);
    expect(await folder.read(rollouts[0]!, size)).toMatchObject({ missing: "absent" });
    expect(await folder.read(rollouts.at(-1)!, size)).toEqual({ score: score(29) });
  });

  test("keeps within a tenth more for each that writes into it", async () => {
    const writers = Array.from({ length: 3 }, () => scoreFolder(root, "teacher", 20 * entry));
    let most = 0;
    for (const [i, rollout] of rolloutGrid(90, 1).entries()) {
      await writers[i % 3]!.write(rollout, score(i));
      most = Math.max(most, files().length);
    }
    expect(most).toBeLessThanOrEqual(26);
  });

  test("keeps what somebody else is still writing, however small it is", async () => {
    const folder = scoreFolder(root, "teacher", 1);
    await folder.write(rolloutAt(0, 0), score(0));
    writeFileSync(join(root, "other.1.2.3.part"), "half");
    await folder.write(rolloutAt(0, 1), score(1));
    expect(files()).toEqual(["other.1.2.3.part"]);
  });

  test("holds one whole score when several write it at once, and no half ones beside it", async () => {
    const folders = Array.from({ length: 8 }, () => scoreFolder(root, "teacher", ample));
    await Promise.all(folders.map((folder) => folder.write(rolloutAt(0, 0), score(3))));
    expect(files()).toHaveLength(1);
    expect(await folders[0]!.read(rolloutAt(0, 0), size)).toEqual({ score: score(3) });
  });
});
