/**
 * Has compiled files take TensorFlow.js as Node's `require` gives it, without its layers, converters, data and WebGL. An
 * `import` of its 1.3 MB of CommonJS first searches it, and all that it requires, for names to export: 0.45 s of
 * processor time in every thread, twice what loading it takes; without the rest it loads in a third of that.
 *
 * Its operations and its backend for processors stay libraries of their own, which other backends and a user's module
 * share; the rest of what they need, gradients and operations as methods of tensors, is in no file that Node can load.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build } from "esbuild";

/** Its parts are dependencies of TensorFlow.js and not of this package: only from there are they found everywhere. */
const required = `import { createRequire } from "node:module";
const own = createRequire(import.meta.url);
const part = createRequire(own.resolve("@tensorflow/tfjs"));
const tf = part("@tensorflow/tfjs-core");
part("@tensorflow/tfjs-backend-cpu");
own("./tensorflow-additions.cjs");
export default tf;
`;

const additions = `
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
`;

const imported = /^import \* as tf from "@tensorflow\/tfjs";$/mu;

/** @param dist folder of compiled files, which are changed in place */
export const requireTensorflow = async (dist: string): Promise<void> => {
  const path = join(dist, "tensorflow.js");
  let changed = 0;
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const file = join(dist, name);
    if (!name.endsWith(".js")) continue;
    const code = readFileSync(file, "utf8");
    if (!imported.test(code)) continue;
    const from = relative(dirname(file), path).replaceAll("\\", "/");
    writeFileSync(file, code.replace(imported, `import tf from "${from.startsWith(".") ? from : `./${from}`}";`));
    changed += 1;
  }
  if (changed === 0)
    throw new Error(`expected imports of TensorFlow.js in ${dist}, found none: does src import it in another way now?`);
  writeFileSync(path, required);
  await build({
    stdin: { contents: additions, resolveDir: import.meta.dirname },
    outfile: join(dist, "tensorflow-additions.cjs"),
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"],
    logLevel: "error",
  });
};
