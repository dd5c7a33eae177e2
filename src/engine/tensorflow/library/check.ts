/** Whether what is installed is what was installed, and works. */
import { join } from "node:path";
import { fileHash } from "../../../files/regular-file.ts";
import { askProcess, type AskOptions } from "../../own-process.ts";
import { installedTensorFlow, tensorFlowFolder, type TensorFlowDevice } from "./folder.ts";

/** What a library said that loaded and computed what it should. */
export interface LoadedLibrary {
  readonly version: string;
  /** It computes on a GPU. */
  readonly gpu: boolean;
}

const isLoaded = (value: unknown): value is LoadedLibrary =>
  typeof value === "object" && value !== null && "version" in value && typeof value.version === "string";

/** Loads a library in a process of its own and computes with it. Rejects with the reason where that fails. */
export const tryLibrary = async (device: TensorFlowDevice, options: AskOptions = {}): Promise<LoadedLibrary> => {
  const answer = await askProcess(new URL("./check-process.ts", import.meta.url), [device], options);
  if ("ending" in answer) throw new Error(`tensorflow-${device}: ${answer.ending}`);
  if (isLoaded(answer.value)) return answer.value;
  const { reason = "it gave no answer" } = (answer.value ?? {}) as { reason?: string };
  throw new Error(`tensorflow-${device}: the library does not load: ${reason}`);
};

/** Paths in its folder of the files that are missing or have other contents than when they were installed. */
const changedFiles = async (device: TensorFlowDevice, files: Readonly<Record<string, string>>): Promise<string[]> => {
  const changed: string[] = [];
  for (const [path, expected] of Object.entries(files)) {
    const found = await fileHash(join(tensorFlowFolder(device), path)).catch(() => undefined);
    if (found !== expected) changed.push(path);
  }
  return changed;
};

/** What a check of an installed library found. */
export interface LibraryCheck {
  readonly device: TensorFlowDevice;
  readonly ok: boolean;
  /** Files that are missing or changed, by their path in the folder. */
  readonly changed: readonly string[];
  /** What the library said, when it loaded and computed. */
  readonly loaded?: LoadedLibrary;
  /** Why it is not all well. */
  readonly reason?: string;
}

/** Hashes the files of an installed library and computes with it. `Error` where none is installed. */
export const checkLibrary = async (device: TensorFlowDevice): Promise<LibraryCheck> => {
  const installation = installedTensorFlow(device);
  if (installation === undefined) throw new Error(`tensorflow-${device} is not installed`);
  const changed = await changedFiles(device, installation.files);
  // What was changed is no longer what anybody reviewed, so it is not run.
  if (changed.length > 0) return { device, ok: false, changed, reason: `changed or missing: ${changed.join(", ")}` };
  return tryLibrary(device).then(
    (loaded) => ({ device, ok: true, changed, loaded }),
    (error: Error) => ({ device, ok: false, changed, reason: error.message }),
  );
};
