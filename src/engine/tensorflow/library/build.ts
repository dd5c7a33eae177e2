/** Which library an engine runs on, for the record of a run. */
import type { EngineName } from "../../names.ts";
import { folderPaths, installedTensorFlow } from "./folder.ts";

/** A native library as it was installed. */
export interface EngineLibrary {
  readonly name: "TensorFlow";
  readonly version: string;
  /** The wheel that it was taken from, and its sha256. */
  readonly wheel: string;
  readonly sha256: string;
  /** sha256 of the binding that was compiled against it, and with what. */
  readonly binding: string | undefined;
  readonly compiler: string;
}

/** The library that `retort engines` installed for an engine; undefined for an engine that runs on none. */
export const engineLibrary = (engine: EngineName): EngineLibrary | undefined => {
  if (!engine.startsWith("tensorflow")) return undefined;
  const installation = installedTensorFlow(engine === "tensorflow-gpu" ? "gpu" : "cpu");
  if (installation === undefined) return undefined;
  const { version, wheel, compiler, files } = installation;
  return {
    name: "TensorFlow",
    version,
    wheel: wheel.name,
    sha256: wheel.sha256,
    binding: files[folderPaths.binding],
    compiler,
  };
};
