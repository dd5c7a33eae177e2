/**
 * The folder in which HuggingFace's libraries keep what they downloaded: blobs by their hash, snapshots by their
 * commit, branches and tags in refs.
 */
import { createHash, randomUUID, type Hash } from "node:crypto";
import { copyFile, mkdir, open, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { getRepoFolderName } from "@huggingface/hub";
import { writeWhole } from "../../../files/atomic-file.ts";
import { lastText } from "../../../files/regular-file.ts";

/** One model or dataset in the cache. */
export interface CachedModel {
  /** Folder of the cache. */
  readonly cache: string;
  /** `owner/name`. */
  readonly name: string;
  /** A model when left out. */
  readonly type?: "model" | "dataset";
}

/** A file as the Hub describes it, its hash checked for what it is made of. */
export interface RemoteFile {
  /** From the outermost folder of the repository; nothing in it leads out. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content in 64 hexadecimal digits, or git's SHA-1 in 40. Names the blob. */
  readonly hash: string;
}

const folderOf = ({ cache, name, type = "model" }: CachedModel): string =>
  join(cache, getRepoFolderName({ type, name }));

/** Whether this is the full hash of a commit. */
export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/** The folder of one commit; it may not be there. */
export const snapshotOf = (model: CachedModel, commit: string): string => join(folderOf(model), "snapshots", commit);

/** The commit that a branch or a tag was at when it was last looked up, if it ever was. */
export const rememberedCommit = async (model: CachedModel, revision: string): Promise<string | undefined> => {
  if (isCommit(revision)) return revision;
  const commit = lastText(join(folderOf(model), "refs", revision), 64);
  return isCommit(commit.trim()) ? commit.trim() : undefined;
};

/** Writes down the commit of a branch or a tag. */
export const rememberCommit = async (model: CachedModel, revision: string, commit: string): Promise<void> => {
  if (!isCommit(revision)) await writeWhole(join(folderOf(model), "refs", revision), commit);
};

const sizeAt = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );

/** The hash that names a file: of the content itself, or as git has it, of a line before it too. */
const hashing = ({ size, hash }: RemoteFile): Hash =>
  hash.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);

/**
 * Writes what comes to a name of its own, and gives it its name when it is whole. `Error` when size or hash are not as
 * promised.
 */
const download = async (
  blob: string,
  file: RemoteFile,
  content: AsyncIterable<Uint8Array>,
  progress: (bytes: number) => void,
): Promise<void> => {
  await mkdir(dirname(blob), { recursive: true });
  const partial = `${blob}.${randomUUID()}.incomplete`;
  const hash = hashing(file);
  let bytes = 0;
  try {
    const target = await open(partial, "w");
    try {
      for await (const chunk of content) {
        bytes += chunk.length;
        if (bytes > file.size) break;
        hash.update(chunk);
        await target.writeFile(chunk);
        progress(bytes);
      }
      await target.sync();
    } finally {
      await target.close();
    }
    if (bytes !== file.size)
      throw new Error(`expected ${file.size} bytes, got ${bytes > file.size ? "more" : bytes}; try again`);
    const digest = hash.digest("hex");
    if (digest !== file.hash) throw new Error(`expected content with the hash ${file.hash}, got ${digest}; try again`);
    await rename(partial, blob);
  } finally {
    await rm(partial, { force: true });
  }
};

/** Whether a file of a snapshot is there, in its full size. */
export const isKept = async (model: CachedModel, commit: string, { path, size }: RemoteFile): Promise<boolean> =>
  (await sizeAt(join(snapshotOf(model, commit), path))) === size;

/**
 * Puts a file into a snapshot: its blob, downloaded unless it is there, and a link to it (a copy where the system has
 * no links). `content` is called only when it is needed. `Error` says what of it was wrong; then nothing is kept.
 */
export const keepFile = async (
  model: CachedModel,
  commit: string,
  file: RemoteFile,
  content: () => AsyncIterable<Uint8Array>,
  progress: (bytes: number) => void,
): Promise<void> => {
  const blob = join(folderOf(model), "blobs", file.hash);
  if ((await sizeAt(blob)) !== file.size) await download(blob, file, content(), progress);
  const location = join(snapshotOf(model, commit), file.path);
  await mkdir(dirname(location), { recursive: true });
  await rm(location, { force: true });
  await symlink(relative(dirname(location), blob), location).catch(() => copyFile(blob, location));
};
