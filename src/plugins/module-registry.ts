/**
 * The modules that this process has read, by their hashes: every thread makes parts of what was read, and not of what
 * the files hold by then.
 */
import { createRequire, Module } from "node:module";
import { dirname } from "node:path";
import type { TSchema } from "@sinclair/typebox";
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";
import { moduleCode, type ModuleCode } from "./module-code.ts";
import { calling, keepUserFrames } from "./module-errors.ts";
import { pluginKinds, type KindedPlugin, type PluginKind } from "./plugin.ts";

/** Values of a member that a module makes, after the check of a file. */
export interface ModuleMember {
  readonly module: string;
  /** sha256 of its code. */
  readonly code: string;
  readonly [parameter: string]: unknown;
}

/** What a family asks of modules. */
export interface ModuleContract {
  /** What their products are, for errors: `an object { name, formula(teacher, student) }`. */
  readonly product: string;
  /** Names of the functions that they have; `decoder.step` is one of an object that they have. */
  readonly functions: readonly string[];
  /** Names of what else they have. */
  readonly keys: readonly string[];
  /** Further keys that values of a module may have in a file, which are not the plug-in's. */
  readonly also?: Readonly<Record<string, TSchema>>;
  /** The product with what follows from the values that it was made of, such as their configuration. */
  finish?(product: object, values: ModuleMember, context: unknown): object;
  /** Libraries that a module shares with this package, by name. */
  readonly host?: Readonly<Record<string, unknown>>;
  /** The plug-in of an export of another form, such as a function; nothing where there is none. */
  read?(exported: unknown, file: string): KindedPlugin | undefined;
}

/** Node copies it into every thread that starts. */
const key = "retort-rl modules";

type Codes = ReadonlyMap<string, ModuleCode>;

const codes = (): Codes => (getEnvironmentData(key) as Codes | undefined) ?? new Map();

/** The module's code, known from now on to this thread and to all that it starts. Errors as of `moduleCode`. */
export const readModule = (file: string): ModuleCode => {
  const code = moduleCode(file);
  if (!codes().has(code.hash)) setEnvironmentData(key, new Map([...codes(), [code.hash, code]]));
  return code;
};

/** The code of a hash; nothing when this process has not read it. */
export const knownModule = (hash: string): ModuleCode | undefined => codes().get(hash);

/** A library for the module: the host's, else what is installed beside the module, else what this package has. */
const requireFor = (file: string, host: Readonly<Record<string, unknown>>) => {
  const [beside, ours] = [createRequire(file), createRequire(import.meta.url)];
  return (name: string): unknown => {
    if (Object.hasOwn(host, name)) return host[name];
    if (name.startsWith("@tensorflow/")) return ours(name);
    try {
      beside.resolve(name);
    } catch {
      return ours(name);
    }
    return beside(name);
  };
};

/** Node forgets the lines of a module that nothing holds. */
const held: Module[] = [];

const exportsOf = (code: ModuleCode, host: Readonly<Record<string, unknown>>): unknown => {
  const { file, script } = code;
  keepUserFrames();
  const made = new Module(file) as Module & { _compile(script: string, file: string): void };
  held.push(made);
  made.filename = file;
  made.paths = [dirname(file)];
  made.require = requireFor(file, host) as NodeJS.Require;
  try {
    calling(code, () => made._compile(script, file));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`expected a module at ${file}, got an error while loading it: ${reason}`, { cause });
  }
  const exported = made.exports as { readonly __esModule?: true; readonly default?: unknown };
  return exported.__esModule === true ? exported.default : exported;
};

/** Whether a default export is a plug-in of some family. */
export const isPlugin = (exported: unknown): exported is KindedPlugin =>
  typeof exported === "object" &&
  exported !== null &&
  "kind" in exported &&
  pluginKinds.includes(exported.kind as PluginKind) &&
  "create" in exported &&
  typeof exported.create === "function";

const described = (exported: unknown): string => {
  if (exported === undefined || exported === null) return "nothing";
  return isPlugin(exported) ? `a plug-in of the family ${exported.kind}` : typeof exported;
};

/** What a module of a family is like at its least: `write "export default defineBaseline({ create: ... })"`. */
export const moduleForm = (kind: PluginKind): string => {
  const written =
    kind === "reward"
      ? "({ prompt, completion }) => ..."
      : `define${kind[0]!.toUpperCase()}${kind.slice(1)}({ create: ... })`;
  return `write "export default ${written}"`;
};

const article = (kind: PluginKind): string => (kind === "objective" ? "an" : "a");

const loaded = new Map<string, unknown>();

/** What a module's code exports by default, whatever it is; it is loaded once. `RangeError` when it cannot be. */
export const defaultExport = (code: ModuleCode, host: Readonly<Record<string, unknown>> = {}): unknown => {
  const name = `${code.hash} ${Object.keys(host).join(" ")}`;
  const exported = loaded.has(name) ? loaded.get(name) : exportsOf(code, host);
  loaded.set(name, exported);
  return exported;
};

/**
 * The plug-in that a module's code exports by default. `RangeError` when it cannot be loaded, and when it is none of
 * this family.
 */
export const pluginIn = (code: ModuleCode, kind: PluginKind, contract: ModuleContract): KindedPlugin => {
  const exported = defaultExport(code, contract.host);
  if (isPlugin(exported) && exported.kind === kind) return exported;
  const other = isPlugin(exported) ? undefined : contract.read?.(exported, code.file);
  if (other !== undefined) return other;
  throw new RangeError(
    `expected ${code.file} to export ${article(kind)} ${kind} by default, got ${described(exported)}; ` +
      moduleForm(kind),
  );
};
