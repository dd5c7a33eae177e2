/** Which library a subcommand of `retort engines` is about. */
import { Argument, InvalidArgumentError } from "commander";
import type { TensorFlowDevice } from "../../../engine/tensorflow/library/folder.ts";

/** The flag that chooses the build for GPUs. */
export interface DeviceFlag {
  readonly gpu?: true;
}

/** The device that the flag names. */
export const deviceOf = ({ gpu }: DeviceFlag): TensorFlowDevice => (gpu === true ? "gpu" : "cpu");

/** The argument that names the library; there is one so far. */
export const libraryArgument = (name: string): Argument =>
  new Argument(name, "the library: tensorflow").argParser((value: string) => {
    if (value !== "tensorflow") throw new InvalidArgumentError(`expected tensorflow, got ${JSON.stringify(value)}`);
    return value;
  });
