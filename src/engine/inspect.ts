/** What `retort doctor` reports: every engine, tried. */
import { createRequire } from "node:module";
import { chooseEngine, concreteEngineNames, type ConcreteEngineName } from "./choose.ts";
import { probeEngine } from "./probe.ts";
import { engineLibrary } from "./tensorflow/library/build.ts";
import { defined } from "../optional/defined.ts";

/** One engine on this machine. */
export interface InspectedEngine {
  readonly name: ConcreteEngineName;
  readonly found: boolean;
  /** `auto` takes it. */
  readonly chosen: boolean;
  /** Why it is chosen, passed over or not there. */
  readonly reason: string;
  /** What it runs on; absent when it is not there. */
  readonly device?: string;
  /** Package or library and its version, when it is installed. */
  readonly version?: string;
}

/** Of npm; `tensorflow` runs on the installed library alone. */
const packages: Readonly<Record<Exclude<ConcreteEngineName, "tensorflow">, string>> = {
  "tensorflow-gpu": "@tensorflow/tfjs-node-gpu",
  onnx: "onnxruntime-node",
  "tensorflow-cpu": "@tensorflow/tfjs-node",
  webgpu: "webgpu",
  wasm: "@tensorflow/tfjs-backend-wasm",
  cpu: "@tensorflow/tfjs",
};

const require = createRequire(import.meta.url);

const versionOf = (name: string): string | undefined => {
  try {
    return `${name} ${(require(`${name}/package.json`) as { version: string }).version}`;
  } catch {
    return undefined;
  }
};

/** TensorFlow's library where `retort engines` installed it: it is taken before a package of npm. */
const libraryOf = (name: ConcreteEngineName): string | undefined => {
  try {
    const library = engineLibrary(name);
    return library && `${library.name} ${library.version}`;
  } catch {
    // What is wrong with it says who tries to load it.
    return undefined;
  }
};

const inspect = async (name: ConcreteEngineName, chosen: ConcreteEngineName): Promise<InspectedEngine> => {
  const version = libraryOf(name) ?? (name === "tensorflow" ? undefined : versionOf(packages[name]));
  const common = { name, chosen: name === chosen, ...defined({ version }) };
  const { found, reason } = await probeEngine(name);
  if (!found) return { ...common, found, reason };
  return {
    ...common,
    found,
    device: reason,
    reason: common.chosen ? "auto takes the first that works here" : `passed over: ${chosen} comes first`,
  };
};

/** Tries all engines, two at a time, best first. */
export const inspectEngines = async (): Promise<readonly InspectedEngine[]> => {
  const chosen = await chooseEngine();
  const results: InspectedEngine[] = [];
  for (let i = 0; i < concreteEngineNames.length; i += 2) {
    results.push(...(await Promise.all(concreteEngineNames.slice(i, i + 2).map((name) => inspect(name, chosen)))));
  }
  return results;
};
