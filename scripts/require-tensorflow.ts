/**
 * Has compiled files take TensorFlow.js as Node's `require` gives it. An `import` of its 1.3 MB of CommonJS first
 * searches it, and all that it requires, for names to export: 0.45 s of processor time in every thread, twice what
 * loading it takes. Users' modules may import it: it is loaded once all the same.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const imported = /^import \* as tf from "@tensorflow\/tfjs";$/mu;

/** @param dist folder of compiled files, which are changed in place */
export const requireTensorflow = (dist: string): void => {
  const required = join(dist, "tensorflow.js");
  let changed = 0;
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const path = join(dist, name);
    if (!name.endsWith(".js")) continue;
    const code = readFileSync(path, "utf8");
    if (!imported.test(code)) continue;
    const from = relative(dirname(path), required).replaceAll("\\", "/");
    writeFileSync(path, code.replace(imported, `import tf from "${from.startsWith(".") ? from : `./${from}`}";`));
    changed += 1;
  }
  if (changed === 0)
    throw new Error(`expected imports of TensorFlow.js in ${dist}, found none: does src import it in another way now?`);

  writeFileSync(
    required,
    'import { createRequire } from "node:module";\nexport default createRequire(import.meta.url)("@tensorflow/tfjs");\n',
  );
};
