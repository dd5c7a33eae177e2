/**
 * Bundles the source for Node: whatever starts, a command, a thread or a user's program, reads few files. Loading
 * hundreds of small ones, of the source and of the libraries that it is made with, took most of the time of a short run.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build, type BuildOptions, type Metafile, type OnLoadResult, type OutputFile, type Plugin } from "esbuild";

/** Libraries that are not in bundles: they have native code or files beside their code, or few runs need them. */
const separateLibraries = [
  "@duckdb/node-api",
  "@huggingface/hub",
  "@resvg/resvg-js",
  "@tensorflow/tfjs-backend-wasm",
  "@tensorflow/tfjs-backend-webgpu",
  "@tensorflow/tfjs-node",
  "@tensorflow/tfjs-node-gpu",
  "bullmq",
  "esbuild",
  "ioredis",
  "mathjs",
  "onnxruntime-node",
  "pyodide",
  "quickjs-emscripten",
  "tsx",
  "undici",
  "webgpu",
];

/** How every bundle is made. */
export const bundleSettings: BuildOptions = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // Modules are smaller than what libraries publish for `require`, where esbuild keeps everything.
  mainFields: ["module", "main"],
  external: separateLibraries,
  logLevel: "error",
};

/** What code in CommonJS finds in a bundle of modules: `require`. */
export const requireBanner =
  'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);';

/** Addresses of TypeScript files in the source: those that threads and processes start with. */
export const startedFile = /new URL\((["'])([^"'\n]+\.ts)\1, import\.meta\.url\)/g;

/** Files of a folder, with paths from there. */
const filesIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .toSorted();

/** What others load: the library's parts, the command, and what threads and processes start with. */
const entriesOf = (source: string): readonly string[] => {
  const started = filesIn(source, ".ts").flatMap((name) => {
    const text = readFileSync(join(source, name), "utf8");
    return [...text.matchAll(startedFile)].map(([, , target]) =>
      relative(source, resolve(source, dirname(name), target!)),
    );
  });
  const others = filesIn(source, ".ts").filter((name) => name.startsWith("library/") || name === "cli/retort.ts");
  return [...new Set([...others, ...started])].filter((name) => existsSync(join(source, name))).toSorted();
};

/** The source with what a module knows of its own place as it was before it was bundled. */
const placed = (text: string, name: string): string =>
  text
    .replaceAll("import.meta.url", `moduleUrl(${JSON.stringify(name.replace(/\.ts$/u, ".js"))})`)
    .replace('import * as tf from "@tensorflow/tfjs";', 'import tf from "@tensorflow/tfjs";');

const ownFiles = (source: string): Plugin => ({
  name: "own-files",
  setup: (bundle) => {
    bundle.onLoad({ filter: /\.ts$/ }, ({ path }): OnLoadResult | undefined => {
      const name = relative(source, path);
      return name.startsWith("..") ? undefined : { loader: "ts", contents: placed(readFileSync(path, "utf8"), name) };
    });
  },
});

/**
 * TensorFlow.js without its layers, converters, data and WebGL, which load four times as long. Its operations and its
 * backend for processors stay libraries of their own, which other backends and a user's module share; the rest of what
 * they need is in no file that Node can load.
 */
const tensorflow = {
  name: "tensorflow.js",
  contents: `
    import { createRequire } from "node:module";
    const required = createRequire(moduleUrl("tensorflow.js"));
    const tf = required("@tensorflow/tfjs-core");
    required("@tensorflow/tfjs-backend-cpu");
    required("./tensorflow-additions.cjs");
    export default tf;`,
  /** What it registers on load with the operations: gradients, and operations as methods of tensors. */
  additions: `
    import "@tensorflow/tfjs-core/dist/register_all_gradients";
    import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";`,
};

const smallTensorflow: Plugin = {
  name: "small-tensorflow",
  setup: (bundle) => {
    bundle.onResolve({ filter: /^@tensorflow\/tfjs$/ }, ({ path }) => ({ path, namespace: "tensorflow" }));
    bundle.onLoad({ filter: /./, namespace: "tensorflow" }, () => ({ contents: tensorflow.contents }));
  },
};

/** An output with what it needs to know of its place. */
const withPlace = ({ path, text }: OutputFile, target: string): string => {
  const [first = ""] = text.startsWith("#!") ? text.split("\n", 1) : [];
  const rest = text.slice(first.length);
  const up = `${relative(dirname(path), target) || "."}/`;
  const moduleUrl = `const moduleUrl = (path) => new URL(${JSON.stringify(up)} + path, import.meta.url).href;`;
  const needed = [
    ...(rest.includes("moduleUrl(") ? [moduleUrl] : []),
    ...(/\brequire\b/u.test(rest) ? [requireBanner] : []),
  ];
  return `${[first, ...needed].filter((line) => line !== "").join("\n")}\n${rest.trimStart()}`;
};

/** Licenses of the libraries of which bundles have parts. */
const licensesOf = ({ inputs }: Metafile, folder: string): string => {
  const packages = new Set(
    Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(path)?.[0] ?? []),
  );
  const texts = [...packages].toSorted().map((path) => {
    const at = resolve(folder, path);
    const { name, version, license } = JSON.parse(readFileSync(join(at, "package.json"), "utf8")) as Record<
      string,
      string
    >;
    const file = readdirSync(at).find((each) => /^licen[cs]e/iu.test(each));
    const text = file === undefined ? `License: ${license}\n` : readFileSync(join(at, file), "utf8").trimEnd();
    return `${name} ${version}\n\n${text}\n`;
  });
  return ["Parts of these libraries are in the files of this folder.\n", ...texts].join(`\n${"-".repeat(72)}\n\n`);
};

/** Bundles a source into a folder, in which files that others load have the same places. */
export const bundleSource = async (source: string, target: string): Promise<void> => {
  const folder = dirname(source);
  const { outputFiles, metafile } = await build({
    ...bundleSettings,
    metafile: true,
    write: false,
    absWorkingDir: folder,
    entryPoints: entriesOf(source).map((name) => ({ in: join(source, name), out: name.replace(/\.ts$/u, "") })),
    outdir: target,
    chunkNames: "chunks/[name]-[hash]",
    plugins: [ownFiles(source), smallTensorflow],
  });
  for (const file of outputFiles) {
    mkdirSync(dirname(file.path), { recursive: true });
    const text = withPlace(file, target);
    // npx runs a command as it is: it makes it executable only when it sees the folder for the first time.
    writeFileSync(file.path, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  }
  // They run where nothing else may be read.
  for (const name of filesIn(source, ".mjs")) cpSync(join(source, name), join(target, name));
  writeFileSync(join(target, "licenses.txt"), licensesOf(metafile, folder));
  await build({
    stdin: { contents: tensorflow.additions, resolveDir: import.meta.dirname },
    outfile: join(target, "tensorflow-additions.cjs"),
    ...bundleSettings,
    splitting: false,
    format: "cjs",
  });
};
