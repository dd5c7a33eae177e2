/**
 * Models and files of datasets by their name on the HuggingFace Hub, or on a server that answers like it: only what is
 * needed, through the Hub's cache.
 */
import {
  datasetInfo,
  downloadFile,
  getHFHubCachePath,
  HUB_URL,
  HubApiError,
  listFiles,
  modelInfo,
  type ListFileEntry,
} from "@huggingface/hub";
import { join, posix } from "node:path";
import { isThere, readText } from "../../../files/byte-source.ts";
import {
  isCommit,
  isKept,
  keepFile,
  rememberCommit,
  rememberedCommit,
  snapshotOf,
  type CachedModel,
  type RemoteFile,
} from "./hub-cache.ts";
import { quoted } from "../../../files/quoted.ts";
import { indexFile, parseIndex, weightsFile } from "../safetensors/safetensors-files.ts";

/** A name on the Hub. */
export interface HubName {
  /** `owner/name`. */
  readonly name: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** One file of it, with its folders; the model in safetensors when left out. */
  readonly file?: string;
  /** A model when left out. Of a dataset one file at a time is fetched. */
  readonly type?: "model" | "dataset";
}

/** How a model of the Hub is called, for errors. */
export const hubForms =
  "owner/name or owner/name/file.gguf, each with or without @revision, such as HuggingFaceTB/SmolLM2-135M";

/** Where models come from, and how. What is left out is as HuggingFace's environment variables say. */
export interface HubOptions {
  /** Address of the server; `HF_ENDPOINT`, or huggingface.co. */
  readonly endpoint?: string;
  /** Folder of the cache; `HF_HUB_CACHE`, `HF_HOME`/hub, or ~/.cache/huggingface/hub. */
  readonly cache?: string;
  /** Use the cache alone; `HF_HUB_OFFLINE`. */
  readonly offline?: boolean;
  /** For private and gated models; `HF_TOKEN`. */
  readonly token?: string;
  /** Most bytes of weights, or of a file of data; 64 GiB. */
  readonly largest?: number;
  readonly signal?: AbortSignal;
  /** Bytes of a file that have come, of all. */
  readonly onProgress?: (file: string, bytes: number, size: number) => void;
  /** Told of each name that the cache does not have whole, when it alone may be used; the error follows. */
  readonly onAbsence?: (name: string) => void;
}

/** Configuration, tokenizer, special tokens, chat template, settings of generation. */
const texts = new RegExp(
  String.raw`^(?:(?:config|generation_config|tokenizer|tokenizer_config|special_tokens_map|` +
    String.raw`added_tokens|chat_template)\.json|chat_template\.jinja)$`,
);

/** Most bytes of one of them, and of the list of shards. */
const largestText = 100_000_000;

/** Most files that a model's listing may have. */
const mostFiles = 10_000;

/**
 * `owner/name`, `owner/name/file.gguf` or `owner/name/folder/file.gguf`, with or without `@revision`, if it is one.
 * `owner/file.gguf` is none.
 */
export const parseHubName = (text: string): HubName | undefined => {
  const part = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}";
  const within = `(?:/((?:${part}/){0,8}${part}\\.gguf))?`;
  const pattern = `^(${part}/${part})${within}(?:@([A-Za-z0-9_][A-Za-z0-9_./-]{0,199}))?$`;
  const [, name, file, revision = "main"] = new RegExp(pattern, "i").exec(text) ?? [];
  if (name === undefined || /\.\.|\/\/|\/$|\.lock$/.test(`${text}@${revision}`)) return undefined;
  if (file !== undefined) return { name, revision, file };
  return /\.(?:gguf|safetensors|json)$/i.test(name) ? undefined : { name, revision };
};

/** The name as a user would write it. */
const written = ({ name, revision, file }: HubName): string =>
  `${name}${file === undefined ? "" : `/${file}`}@${revision}`;

const isOn = (value: string | undefined): boolean => /^(?:1|on|yes|true)$/i.test(value ?? "");

/** What goes into each call of the library. */
interface Access {
  readonly hubUrl: string;
  readonly fetch: typeof fetch;
  readonly accessToken?: string;
}

const accessOf = ({ endpoint, token, signal }: HubOptions): Access => {
  const accessToken = token ?? process.env["HF_TOKEN"];
  return {
    hubUrl: (endpoint ?? process.env["HF_ENDPOINT"] ?? HUB_URL).replace(/\/+$/, ""),
    fetch: (input, init) => fetch(input, signal === undefined ? init : { ...init, signal }),
    ...(accessToken !== undefined && accessToken !== "" && { accessToken }),
  };
};

/** A listed file. `Error` when the server does not say of what size it is and how it is made. */
const remoteFile = ({ path, size, oid, lfs }: ListFileEntry): RemoteFile => {
  const hash = lfs?.oid ?? oid ?? "";
  const bytes = lfs?.size ?? size;
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(hash) || !Number.isSafeInteger(bytes) || bytes < 0) {
    throw new Error(`${path}: expected a size and a hash from the server, got ${quoted({ size: bytes, hash })}`);
  }
  return { path, size: bytes, hash };
};

/** The commit of a revision, and its files in the folder of `file`, or in the outermost one. */
const listed = async (
  { name, revision, file = "", type = "model" }: HubName,
  access: Access,
): Promise<{ commit: string; files: ReadonlyMap<string, ListFileEntry> }> => {
  const folder = file.includes("/") ? { path: posix.dirname(file) } : {};
  const request = { name, revision, additionalFields: ["sha" as const], ...access };
  const { sha: commit } = await (type === "model" ? modelInfo(request) : datasetInfo(request));
  if (typeof commit !== "string" || !isCommit(commit))
    throw new Error(`expected a commit from the server, got ${quoted(commit)}`);
  const files = new Map<string, ListFileEntry>();
  for await (const entry of listFiles({ repo: { type, name }, revision: commit, ...folder, ...access })) {
    if (entry.type === "file") files.set(entry.path, entry);
    if (files.size > mostFiles) throw new Error(`expected at most ${mostFiles} files, got more`);
  }
  return { commit, files };
};

/** Files of a folder that a checkpoint needs; a list of shards says which they are. */
const needed = async (folder: string): Promise<readonly string[]> => {
  if ((await isThere(join(folder, weightsFile))) || !(await isThere(join(folder, indexFile))))
    return ["config.json", weightsFile];
  return ["config.json", ...new Set(parseIndex(await readText(join(folder, indexFile), largestText)).values())];
};

/** Files of a snapshot that the checkpoint, or its one `file`, needs and does not have. */
const missingFrom = async (folder: string, file: string | undefined): Promise<string[]> => {
  const wanted = file === undefined ? await needed(folder) : [file];
  const there = await Promise.all(wanted.map((path) => isThere(join(folder, path))));
  return wanted.filter((_, i) => there[i] !== true);
};

/** One download of several files into a snapshot. */
interface Download {
  readonly model: CachedModel;
  readonly commit: string;
  readonly files: ReadonlyMap<string, ListFileEntry>;
  readonly access: Access;
  readonly onProgress: NonNullable<HubOptions["onProgress"]>;
}

async function* bytesOf(
  { model: { name, type = "model" }, commit, access }: Download,
  { path, size }: RemoteFile,
): AsyncGenerator<Uint8Array> {
  const blob = await downloadFile({ repo: { type, name }, path, revision: commit, xet: false, ...access });
  if (blob === null) throw new Error("the server lists it, but does not have it");
  if (blob.size !== size)
    throw new Error(`expected ${size} bytes as listed, got an announcement of ${blob.size}; try again`);
  yield* blob.stream() as unknown as AsyncIterable<Uint8Array>;
}

/**
 * Fetches a file unless it is there. `Error` says what went wrong with which file; `RangeError` when it is larger than
 * `most` bytes.
 */
const bring = async (download: Download, path: string, most: number): Promise<number> => {
  const { model, commit, files, onProgress } = download;
  const entry = files.get(path);
  if (entry === undefined) throw new Error(`${path}: the repository does not have this file`);
  const file = remoteFile(entry);
  if (file.size > most) throw new RangeError(`${path}: expected at most ${most} bytes, got ${file.size}`);
  if (await isKept(model, commit, file)) return file.size;
  try {
    await keepFile(
      model,
      commit,
      file,
      () => bytesOf(download, file),
      (bytes) => onProgress(path, bytes, file.size),
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path}: was not downloaded: ${reason}`, { cause });
  }
  return file.size;
};

const bringFile = async (download: Download, file: string, largest: number): Promise<void> => {
  const { files } = download;
  if (!files.has(file)) {
    const alike = [...files.keys()]
      .filter((path) => posix.extname(path).toLowerCase() === posix.extname(file).toLowerCase())
      .slice(0, 20);
    const here = alike.length === 0 ? "none" : alike.join(", ");
    throw new Error(`${file}: the repository does not have this file; its ${posix.extname(file)} files here: ${here}`);
  }
  await bring(download, file, largest);
};

const bringAll = async (download: Download, largest: number): Promise<void> => {
  const { files, model, commit } = download;
  const weights = [weightsFile, indexFile].find((path) => files.has(path));
  if (weights === undefined || !files.has("config.json")) {
    const others = [...files.keys()].filter((path) => /\.(?:gguf|bin|safetensors)$/.test(path)).slice(0, 10);
    throw new Error(
      `expected config.json and ${weightsFile} or ${indexFile}, got ` +
        `${others.length === 0 ? "neither" : others.join(", ")}; a .gguf file is called owner/name/file.gguf`,
    );
  }
  for (const path of files.keys()) if (texts.test(path)) await bring(download, path, largestText);
  let left = largest;
  if (weights === indexFile) {
    await bring(download, indexFile, largestText);
    const index = parseIndex(await readText(join(snapshotOf(model, commit), indexFile), largestText));
    for (const shard of new Set(index.values())) left -= await bring(download, shard, left);
  } else {
    await bring(download, weightsFile, left);
  }
};

const reasonOf = (error: unknown): string => {
  if (error instanceof HubApiError && [401, 403, 404].includes(error.statusCode)) {
    return (
      `${error.statusCode} (${quoted(error.message).slice(1, -1)}); check the name and the revision, and set ` +
      "HF_TOKEN for a private or gated one"
    );
  }
  const { cause } = error as { cause?: unknown };
  const reason = cause instanceof Error && error instanceof TypeError ? ` (${cause.message})` : "";
  return `${error instanceof Error ? error.message : String(error)}${reason}`;
};

/**
 * The folder of a model's snapshot, with everything that a checkpoint needs in it; or the path of the one file of a
 * model or a dataset. A commit that the cache has whole needs no server; a branch or a tag is looked up each time, and
 * its files only when they changed. Sizes and hashes are checked. `Error` names the model and what is missing or went
 * wrong; an aborted signal's reason is thrown as it is.
 */
export const fetchFromHub = async (hubName: HubName, options: HubOptions = {}): Promise<string> => {
  const { name, revision, file, type } = hubName;
  const model = { cache: options.cache ?? getHFHubCachePath(), name, ...(type !== undefined && { type }) };
  const known = await rememberedCommit(model, revision);
  const isOffline = options.offline ?? isOn(process.env["HF_HUB_OFFLINE"]);
  if (isOffline || isCommit(revision)) {
    const missing =
      known === undefined ? [`any commit of ${revision}`] : await missingFrom(snapshotOf(model, known), file);
    if (known !== undefined && missing.length === 0) return join(snapshotOf(model, known), file ?? "");
    if (isOffline) {
      options.onAbsence?.(written(hubName));
      throw new Error(
        `${written(hubName)}: the cache ${model.cache} lacks ${missing.join(", ")}, and this is offline; ` +
          "load it online once",
      );
    }
  }
  const access = accessOf(options);
  try {
    const { commit, files } = await listed(hubName, access);
    const download = { model, commit, files, access, onProgress: options.onProgress ?? (() => undefined) };
    await (file === undefined
      ? bringAll(download, options.largest ?? 2 ** 36)
      : bringFile(download, file, options.largest ?? 2 ** 36));
    await rememberCommit(model, revision, commit);
    return join(snapshotOf(model, commit), file ?? "");
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw new Error(`${written(hubName)} on ${access.hubUrl}: ${reasonOf(cause)}`, { cause });
  }
};
