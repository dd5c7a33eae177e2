/** A copy of the user's code in the folder of a run, so that a result can be read with what made it. */
import { mkdirSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { writeWhole } from "../../files/atomic-file.ts";
import type { ModuleCode } from "../../plugins/module-code.ts";

/** The name of the folder in a run's folder. */
const codeFolder = "code";

/** A path inside of the copy: `..` would lead out of it. */
const inside = (path: string): string =>
  path
    .split(sep)
    .map((part) => (part === ".." ? "parent" : part.replaceAll(":", "")))
    .join("/");

/**
 * Writes the files of modules below `folder`, by their paths from the folder of the experiment file; a folder above
 * that is called `parent`.
 */
export const writeCode = async (folder: string, modules: readonly ModuleCode[], from: string): Promise<void> => {
  for (const { sources } of modules) {
    for (const [path, { text }] of Object.entries(sources)) {
      const target = join(folder, codeFolder, inside(relative(resolve(from), path)));
      mkdirSync(dirname(target), { recursive: true });
      await writeWhole(target, text);
    }
  }
};
