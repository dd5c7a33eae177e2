/** What is installed of the libraries that can be, and their removal. */
import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { defined } from "../../../optional/defined.ts";
import {
  enginesFolder,
  installCommand,
  installedTensorFlow,
  tensorFlowDevices,
  tensorFlowFolder,
  tensorFlowVersion,
  type TensorFlowDevice,
} from "./folder.ts";

/** A library that can be installed, or one that another version of Retort installed. */
export interface InstallableEngine {
  readonly name: `tensorflow-${TensorFlowDevice}`;
  /** Of TensorFlow. */
  readonly version: string;
  readonly state: "installed" | "not there" | "damaged" | "of another version";
  /** Where it is, or would be. */
  readonly folder: string;
  /** On the disk. */
  readonly bytes?: number;
  /** When it was installed, ISO 8601, UTC. */
  readonly date?: string;
  /** What to do where it is not there or of no use. */
  readonly remedy?: string;
}

const bytesOf = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
};

/** Folders of a device's libraries, of any version. */
const foldersOf = async (device: TensorFlowDevice): Promise<readonly string[]> => {
  const names = await readdir(enginesFolder()).catch(() => []);
  return names.filter((name) => name.startsWith(`tensorflow-${device}-`)).toSorted();
};

const current = async (device: TensorFlowDevice): Promise<InstallableEngine> => {
  const name = `tensorflow-${device}` as const;
  const common = { name, version: tensorFlowVersion, folder: tensorFlowFolder(device) };
  try {
    const installation = installedTensorFlow(device);
    if (installation === undefined) return { ...common, state: "not there", remedy: installCommand(device) };
    return { ...common, state: "installed", bytes: await bytesOf(common.folder), date: installation.date };
  } catch (error) {
    return { ...common, state: "damaged", remedy: (error as Error).message };
  }
};

const others = async (device: TensorFlowDevice): Promise<InstallableEngine[]> => {
  const start = `tensorflow-${device}-`;
  const versions = (await foldersOf(device)).map((name) => name.slice(start.length));
  return Promise.all(
    versions
      .filter((version) => version !== tensorFlowVersion)
      .map(async (version): Promise<InstallableEngine> => {
        const folder = join(enginesFolder(), `${start}${version}`);
        const remedy = `this version of Retort does not use ${folder}`;
        return {
          name: `tensorflow-${device}`,
          version,
          state: "of another version",
          folder,
          bytes: await bytesOf(folder),
          remedy,
        };
      }),
  );
};

/** Every library that can be installed, and what else is in their folder. */
export const installableEngines = async (): Promise<readonly InstallableEngine[]> => {
  const lists = await Promise.all(
    tensorFlowDevices.map(async (device) => [await current(device), ...(await others(device))]),
  );
  return lists.flat().map((engine) => defined(engine) as InstallableEngine);
};

/** Removes a device's libraries, those of other versions too, and gives their folders. */
export const removeTensorFlow = async (device: TensorFlowDevice): Promise<readonly string[]> => {
  const folders = (await foldersOf(device)).map((name) => join(enginesFolder(), name));
  for (const folder of folders) {
    // Nobody is to find half of it.
    const going = join(enginesFolder(), `.removing-${process.pid}`);
    await rename(folder, going);
    await rm(going, { recursive: true, force: true, maxRetries: 3 });
  }
  return folders;
};
