/**
 * Threads and commands of the tests start from one compiled copy of the source, made anew whenever the tests start: Node's hook for TypeScript costs
 * every thread about two seconds of processor time, and tests start hundreds of them. TensorFlow.js is compiled with it: only its operations and its
 * backend for processors, which load in a fifth of the time of the whole.
 */
import { mkdirSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { bundleSettings, requireBanner, startedFile } from "../../scripts/bundle.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const copies = join(root, "build", "tests");

/** The parts of TensorFlow.js that the source uses, instead of its layers, converters, data and WebGL. */
const tensorflow = {
  name: "@tensorflow/tfjs",
  contents: `
    import "@tensorflow/tfjs-core/dist/register_all_gradients";
    export * from "@tensorflow/tfjs-core";
    export * from "@tensorflow/tfjs-backend-cpu";`,
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Removes what runs left that were killed. */
const removeLeft = async (): Promise<void> => {
  mkdirSync(copies, { recursive: true });
  for (const name of await readdir(copies)) if (!isAlive(Number(name))) rmSync(join(copies, name), { recursive: true, force: true });
};

/** What the tests need of the copy. */
export interface CompiledWorkers {
  /** The command `retort`. */
  readonly command: string;
  /** TensorFlow.js, the one of the threads. */
  readonly tensorflow: string;
  /** The code of a file, with the addresses of workers in it as those of their copies. */
  readonly redirect: (code: string, path: string) => string;
}

/** Compiles the threads of the source and the command into a folder that is removed with this process. */
export const compileWorkers = async (): Promise<CompiledWorkers> => {
  await removeLeft();
  const folder = join(copies, String(process.pid));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const command = join(root, "src/cli/retort.ts");
  const workers = (await readdir(join(root, "src"), { recursive: true }))
    .filter((path) => path.endsWith("-worker.ts"))
    .map((path) => join(root, "src", path));
  const fuzzed = ["test/fuzz/child.ts", "test/fuzz/readers.ts", "test/fixtures/fuzzed-readers.ts"].map((path) => join(root, path));
  const compiled = (path: string): string => join(folder, relative(root, path).replace(/\.ts$/, ".js"));
  const redirect = (code: string, path: string): string =>
    code.replaceAll(startedFile, (whole, _quote, target: string) => {
      const file = resolve(dirname(path), target);
      return workers.includes(file) ? `new URL(${JSON.stringify(pathToFileURL(compiled(file)).href)})` : whole;
    });
  const smallTensorflow: Plugin = {
    name: "small-tensorflow",
    setup: (bundle) => {
      bundle.onResolve({ filter: /^@tensorflow\/tfjs$/ }, ({ path }) => ({ path, namespace: "small" }));
      bundle.onLoad({ filter: /./, namespace: "small" }, () => ({ contents: tensorflow.contents, resolveDir: root }));
    },
  };
  const own: Plugin = {
    name: "own-files",
    setup: (bundle) => {
      bundle.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
        loader: "ts",
        contents: redirect(await readFile(path, "utf8"), path)
          .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
          .replaceAll("import.meta.dirname", JSON.stringify(dirname(path))),
      }));
    },
  };
  await build({
    entryPoints: [
      { in: tensorflow.name, out: "tensorflow" },
      ...[command, ...workers, ...fuzzed].map((path) => ({ in: path, out: relative(root, path).replace(/\.ts$/, "") })),
    ],
    absWorkingDir: root,
    outdir: folder,
    ...bundleSettings,
    banner: { js: requireBanner },
    plugins: [own, smallTensorflow],
  });
  return { command: compiled(command), tensorflow: join(folder, "tensorflow.js"), redirect };
};
