/** The model that a command is given, also a student of a policy module of the user's. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { quoted } from "../../files/quoted.ts";
import { moduleCode } from "../../plugins/module-code.ts";
import { readModule } from "../../plugins/module-registry.ts";
import { readConfig } from "../../policies/checkpoints/huggingface.ts";
import { locateCheckpoint } from "../../policies/checkpoints/load.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";
import { addHubFlags, hubOptions, modelHelp, type HubFlags } from "./hub.ts";

/** Where a model comes from, and the code of its policy where that is the user's. */
export interface ModelFlags extends HubFlags {
  readonly module?: string;
}

/** Adds the argument `<model>`. */
export const addModelArgument = (command: Command): Command => command.argument("<model>", modelHelp);

/** Adds `--module`, `--offline` and `--endpoint`. */
export const addModelFlags = (command: Command): Command =>
  addHubFlags(
    command.option(
      "--module <file>",
      "the code of a student of your own policy, such as runs/.../code/policy.ts; it runs with all rights of yours",
    ),
  );

/** The module and the hash that a configuration names; nothing for a policy of Retort's. */
const ownPolicyIn = (config: unknown): { readonly module: string; readonly code: string } | undefined => {
  const { model_type: type, module, code } = Object(config) as Readonly<Record<string, unknown>>;
  if (type !== "retort-module" || typeof module !== "string" || typeof code !== "string") return undefined;
  return { module, code };
};

/** Where a run's folder has the copy of a module, when the model is in one; it is only named, and never run unasked. */
const copyOf = (path: string, module: string): string | undefined => {
  const inside = module.split(/[/\\]/u).filter((part) => part !== ".");
  const copy = join(dirname(path), "code", ...inside.map((part) => (part === ".." ? "parent" : part)));
  return existsSync(copy) ? copy : undefined;
};

/** Makes the code known that the configuration names. Nothing of it runs before its hash is known to be that one. */
const admit = (path: string, config: unknown, file: string | undefined): void => {
  const own = ownPolicyIn(config);
  if (own === undefined) {
    if (file === undefined) return;
    throw new RangeError(
      `${path}: expected --module only for a student of a policy of one's own, got a model of Retort's; leave it out`,
    );
  }
  const { module, code } = own;
  const copy = copyOf(path, module);
  const found = copy === undefined ? `the file ${quoted(basename(module))}` : `${visible(copy)}, a copy`;
  if (file === undefined) {
    throw new RangeError(
      `${path}: expected --module with the code of its policy, got none; read that code, for it runs with all rights ` +
        `of yours, and name it: ${found} of what trained it`,
    );
  }
  const read = moduleCode(resolve(file));
  if (read.hash !== code) {
    const packages = Object.entries(read.packages).map(([name, version]) => `${name} ${version}`);
    const covers = ["its imports", ...packages].join(", ");
    throw new RangeError(
      `${path}: expected a policy module with the sha256 ${code}, got ${read.hash} of ${file} (with ${covers}); name ` +
        `${found} of what trained it`,
    );
  }
  readModule(read.file);
};

/**
 * The path of the model that is named, which is downloaded where it is one of the Hub; the policy that its
 * configuration describes can be made. `RangeError` when that is one of the user's own whose code was not named, or
 * has another hash than the configuration says, with both; errors as of `locateCheckpoint`.
 */
export const locateModel = async (
  name: string,
  { module, ...flags }: ModelFlags,
  terminal: Terminal,
): Promise<string> => {
  const path = await locateCheckpoint(name, hubOptions(flags, terminal));
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  // Other files have no configuration beside them.
  const hasConfig = folder === path || /\.safetensors(\.index\.json)?$/iu.test(path);
  admit(folder, hasConfig ? await readConfig(folder) : {}, module);
  return path;
};
