/** tfjs-node's JavaScript as one file: its kernels and its backend, without what fetches, draws or logs. */
import { build, type Plugin } from "esbuild";
import { join, resolve } from "node:path";

/** Functions of Node's `util` that tfjs-node calls and that Node 23 no longer has. */
const util = "module.exports = { isArray: Array.isArray, isNullOrUndefined: (value) => value == null };";

const replacements: Plugin = {
  name: "replacements",
  setup: (bundle) => {
    // One kernel names its core, which shall not be there twice.
    bundle.onResolve({ filter: /^@tensorflow\/tfjs(?:-core)?$/ }, () => ({ path: "@tensorflow/tfjs", external: true }));
    bundle.onResolve({ filter: /^util$/ }, ({ path }) => ({ path, namespace: "replaced" }));
    // Only summaries for TensorBoard need it, and it needs google-protobuf.
    bundle.onResolve({ filter: /\/proto\/api_pb$/ }, ({ path }) => ({ path, namespace: "replaced" }));
    bundle.onLoad({ filter: /./, namespace: "replaced" }, ({ path }) => ({ contents: path === "util" ? util : "" }));
  },
};

/**
 * Writes the bundle of an unpacked @tensorflow/tfjs-node to `target`: CommonJS that asks for nothing but
 * `@tensorflow/tfjs`, registers the kernels, and exports `NodeJSKernelBackend`.
 */
export const bundleBackend = async (folder: string, target: string): Promise<void> => {
  await build({
    stdin: {
      contents: `require("./register_all_kernels");
        exports.NodeJSKernelBackend = require("./nodejs_kernel_backend").NodeJSKernelBackend;`,
      resolveDir: join(folder, "dist"),
    },
    // Names of files in comments are then the same wherever it is made.
    absWorkingDir: resolve(folder),
    outfile: resolve(target),
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    plugins: [replacements],
    legalComments: "inline",
    logLevel: "silent",
  });
};
