/** Whether the installed library works is asked in another process: a build for another device that was loaded here would stay. */
import { probeEngine } from "../../../src/engine/probe.ts";
import { installedTensorFlow, type TensorFlowDevice } from "../../../src/engine/tensorflow/library/folder.ts";

/** Why the library for a device does not work here; undefined where it does. */
export const missingLibrary = async (device: TensorFlowDevice): Promise<string | undefined> => {
  // One that is installed for processors works, or the laws fail.
  if (device === "cpu" && installedTensorFlow(device) !== undefined) return undefined;
  const { found, reason } = await probeEngine(`tensorflow-${device}`);
  return found ? undefined : reason.split("\n")[0];
};
