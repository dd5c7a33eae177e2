/** Where `retort engines install` puts TensorFlow's library, and what is in that folder. */
import { homedir } from "node:os";
import { join } from "node:path";
import { readBoundedText } from "../../../files/regular-file.ts";

/** What a build of the library computes on: processors alone, or NVIDIA GPUs too. */
export type TensorFlowDevice = "cpu" | "gpu";

/** Both, in the order in which they are listed. */
export const tensorFlowDevices = ["cpu", "gpu"] as const satisfies readonly TensorFlowDevice[];

/** The version of TensorFlow that this version of Retort installs and loads. */
export const tensorFlowVersion = "2.21.0";

/** A file that was fetched: from where by its name, and what it was. */
export interface FetchedFile {
  readonly name: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** `installed.json`: what was installed, and of what it was made. */
export interface Installation {
  /** Of TensorFlow. */
  readonly version: string;
  readonly device: TensorFlowDevice;
  /** The wheel that the library was taken from. */
  readonly wheel: FetchedFile;
  /** Wheels of CUDA's libraries, of the build for GPUs. */
  readonly cuda: readonly FetchedFile[];
  /** npm packages that the binding was compiled from, as name@version. */
  readonly packages: readonly string[];
  /** First line of what the compiler says of itself. */
  readonly compiler: string;
  /** ISO 8601, UTC. */
  readonly date: string;
  /** sha256 of each file of the folder but this one and headers, by its path in the folder. */
  readonly files: Readonly<Record<string, string>>;
}

/** Folder of all engines that were installed: in the user's cache (`XDG_CACHE_HOME`). */
export const enginesFolder = (): string =>
  join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "retort", "engines");

/** Folder of one build of the library, which may not be there. */
export const tensorFlowFolder = (device: TensorFlowDevice): string =>
  join(enginesFolder(), `tensorflow-${device}-${tensorFlowVersion}`);

/** Paths in that folder. */
export const folderPaths = {
  /** Holds the libraries, so that those of CUDA are where their loader looks for them. */
  library: "library",
  tensorflow: join("library", "tensorflow"),
  headers: "include",
  binding: "tfjs_binding.node",
  /** The kernels and the backend of tfjs-node. */
  backend: "backend.cjs",
  record: "installed.json",
} as const;

/** Command that installs it, for messages. */
export const installCommand = (device: TensorFlowDevice): string =>
  `retort engines install tensorflow${device === "gpu" ? " --gpu" : ""}`;

/** Command that removes it, for messages. */
export const removeCommand = (device: TensorFlowDevice): string =>
  `retort engines remove tensorflow${device === "gpu" ? " --gpu" : ""}`;

const largestRecord = 2 ** 20;

const isInstallation = (value: unknown): value is Installation => {
  if (typeof value !== "object" || value === null) return false;
  const { version, wheel, files } = value as Record<string, unknown>;
  return typeof version === "string" && typeof wheel === "object" && typeof files === "object" && files !== null;
};

/**
 * What is installed for a device; undefined where nothing is. `Error` with the remedy where the record of it cannot be
 * read.
 */
export const installedTensorFlow = (device: TensorFlowDevice): Installation | undefined => {
  const path = join(tensorFlowFolder(device), folderPaths.record);
  const broken = (cause?: unknown): Error =>
    new Error(`${path} is not what retort engines wrote; ${removeCommand(device)}, then ${installCommand(device)}`, {
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(readBoundedText(path, largestRecord));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw broken(error);
  }
  if (!isInstallation(value)) throw broken();
  return value;
};
