/** What an installation needs of the machine, asked before anything is fetched. */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { enginesFolder, type TensorFlowDevice } from "../library/folder.ts";
import { pinnedWheels } from "./pinned.ts";
import { runTool, ToolFailure } from "./tools.ts";

const firstLine = (text: string): string => text.split("\n")[0]!.trim();

/** `RangeError` on a machine that the wheels are not for. */
export const checkPlatform = (platform: string = process.platform, architecture: string = process.arch): void => {
  if (platform === "linux" && architecture === "x64") return;
  throw new RangeError(
    `engines: expected Linux on x64, the one platform that this was tried on, got ${platform} on ${architecture}; ` +
      "use another engine (retort doctor)",
  );
};

/** The file system that the folder is on, or will be. */
const nearestThere = (folder: string): string => (existsSync(folder) ? folder : nearestThere(dirname(folder)));

/** `RangeError` where the disk of a folder, which may not be there yet, has less than so many bytes. */
export const checkRoom = async (folder: string, room: number): Promise<void> => {
  const { bavail, bsize } = await statfs(nearestThere(folder));
  if (bavail * bsize >= room) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new RangeError(
    `engines: expected ${gigabytes(room)} free for ${folder}, got ${gigabytes(bavail * bsize)}; ` +
      "make room, or name another disk in XDG_CACHE_HOME",
  );
};

const checkPip = async (signal: AbortSignal): Promise<void> => {
  try {
    await runTool("python3", ["-m", "pip", "--version"], { signal });
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    throw new Error(
      `engines: expected Python's pip, got none (${error.said}); install it (Debian: apt-get install python3-pip), ` +
        "or fetch the wheel elsewhere and name it with --wheel",
      { cause: error },
    );
  }
};

/** Whether pip fetches something; with a wheel at hand the build for processors needs none. */
export interface Needs {
  readonly device: TensorFlowDevice;
  readonly pip: boolean;
}

/**
 * Rejects with the remedy where the platform is another one, a program is missing or the disk is full. Gives what the
 * compiler says of itself.
 */
export const checkRequirements = async ({ device, pip }: Needs, signal: AbortSignal): Promise<string> => {
  checkPlatform();
  await runTool("python3", ["--version"], { signal });
  if (pip) await checkPip(signal);
  await runTool("npm", ["--version"], { signal });
  const compiler = firstLine(await runTool("g++", ["--version"], { signal }));
  await checkRoom(enginesFolder(), pinnedWheels[device].room);
  return compiler;
};
