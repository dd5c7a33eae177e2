/** A folder of scores, one file for each sequence: shared by trials and processes, and bounded in size. */
import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { threadId } from "node:worker_threads";
import { withFile } from "../../files/byte-source.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { TeacherScore } from "../teacher.ts";
import { decodeEntry, encodeEntry, entryBytes, type ScoreSize } from "./entry.ts";

/** What a read gives: the score, or why there is none, with the file's path. */
export type ScoreRead =
  | { readonly score: TeacherScore }
  | { readonly missing: "absent" | "damaged"; readonly path: string };

/** Scores of one teacher. */
export interface ScoreFolder {
  read(rollout: Rollout, size: Omit<ScoreSize, "positions">): Promise<ScoreRead>;
  /** Writes a score whole or not at all; several may write the same one at the same time. */
  write(rollout: Rollout, score: TeacherScore): Promise<void>;
}

/** Names a sequence: sha256 of its prompt's and its completion's ids. */
const keyOf = ({ promptTokens, tokens }: Rollout): string => {
  const bytes = ({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  const lengths = Int32Array.of(promptTokens.length, tokens.length);
  return createHash("sha256").update(bytes(lengths)).update(bytes(promptTokens)).update(bytes(tokens)).digest("hex");
};

const isAbsent = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";

/** The file's bytes if it has as many as it should; a file of another size is not read. */
const bytesIn = (path: string, count: number): Promise<Uint8Array | undefined> =>
  withFile(path, async (source) => {
    if (source.size !== count) return undefined;
    const bytes = new Uint8Array(count);
    await source.read(bytes, 0);
    return bytes;
  });

/** How the name of a file ends that is still being written. */
const unfinished = ".part";

interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  readonly written: number;
}

const filesIn = async (root: string): Promise<StoredFile[]> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  // Files that are still being written are left out.
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(unfinished))
    .map((entry) => join(entry.parentPath, entry.name));
  const stored = files.map(async (path): Promise<StoredFile[]> => {
    try {
      const { size, mtimeMs } = await stat(path);
      return [{ path, bytes: size, written: mtimeMs }];
    } catch (error) {
      // Another process removed it in the meantime.
      if (isAbsent(error)) return [];
      throw error;
    }
  });
  return (await Promise.all(stored)).flat();
};

/**
 * Keeps a folder within bounds, whoever writes into it: reads all of it when this thread has written a tenth of the
 * bound, and takes away the files that were written first. So n threads together are above the bound by n tenths at
 * most.
 */
class Bound {
  readonly #root: string;
  readonly #most: number;
  /** Bytes until it reads the folder again. */
  #room = 0;

  constructor(root: string, most: number) {
    this.#root = root;
    this.#most = most;
  }

  async add(bytes: number): Promise<void> {
    this.#room -= bytes;
    if (this.#room >= 0) return;
    const tenth = this.#most / 10;
    const files = (await filesIn(this.#root)).toSorted((a, b) => a.written - b.written);
    let total = files.reduce((sum, file) => sum + file.bytes, 0);
    // A tenth is freed at once, so that not every write reads the whole folder.
    const aim = total > this.#most ? this.#most - tenth : this.#most;
    for (const { path, bytes: size } of files) {
      if (total <= aim) break;
      await rm(path, { force: true });
      total -= size;
    }
    this.#room = Math.min(tenth, this.#most - total);
  }
}

let count = 0;

/**
 * The scores in `folder`, below `root`, which is kept at `most` bytes (see `Bound`). Errors are those of the file
 * system.
 */
export const scoreFolder = (root: string, folder: string, most: number): ScoreFolder => {
  const bound = new Bound(root, most);
  const pathOf = (key: string): string => join(root, folder, key.slice(0, 2), key.slice(2));
  return {
    async read(rollout, size) {
      const key = keyOf(rollout);
      const path = pathOf(key);
      const sized = { ...size, positions: rollout.tokens.length };
      try {
        const bytes = await bytesIn(path, entryBytes(sized));
        const score = bytes === undefined ? undefined : decodeEntry(bytes, key, sized);
        return score === undefined ? { missing: "damaged", path } : { score };
      } catch (error) {
        if (isAbsent(error)) return { missing: "absent", path };
        throw error;
      }
    },
    async write(rollout, score) {
      const key = keyOf(rollout);
      const path = pathOf(key);
      const bytes = encodeEntry(key, score);
      await mkdir(dirname(path), { recursive: true });
      count += 1;
      const draft = `${path}.${process.pid}.${threadId}.${count}${unfinished}`;
      await writeFile(draft, bytes);
      await rename(draft, path);
      await bound.add(bytes.length);
    },
  };
};
