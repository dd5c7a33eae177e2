/**
 * Bundles what starts: the command, threads and processes read few files. Loading hundreds of small ones, of the source
 * and of the libraries that it is made with, took most of the time of a short run.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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

/** The command, and what threads and processes start with, by their paths from the folder of compiled files. */
const startedIn = (folder: string): readonly string[] => {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  const started = names.flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const at = (target: string): string => relative(folder, resolve(folder, dirname(name), target));
    return [...text.matchAll(startedFile)].map(([, , target]) => at(target!.replace(/\.ts$/u, ".js")));
  });
  return [...new Set(["cli/retort.js", ...started])].filter((name) => existsSync(join(folder, name))).toSorted();
};

/** A module knows its own place as it was before it was bundled. */
const ownFiles = (folder: string): Plugin => ({
  name: "own-files",
  setup: (bundle) => {
    bundle.onLoad({ filter: /\.js$/ }, ({ path }): OnLoadResult | undefined => {
      const name = relative(folder, path);
      if (name.startsWith("..") || name.includes("node_modules")) return undefined;
      const place = `compiledFile(${JSON.stringify(name)})`;
      return { loader: "js", contents: readFileSync(path, "utf8").replaceAll("import.meta.url", place) };
    });
  },
});

/** An output with what it needs to know of its place. */
const withPlace = ({ path, text }: OutputFile, target: string): string => {
  const [first = ""] = text.startsWith("#!") ? text.split("\n", 1) : [];
  const rest = text.slice(first.length);
  const up = `${relative(dirname(path), target) || "."}/`;
  const compiledFile = `const compiledFile = (path) => new URL(${JSON.stringify(up)} + path, import.meta.url).href;`;
  const needed = [
    ...(rest.includes("compiledFile(") ? [compiledFile] : []),
    ...(/\brequire\b/u.test(rest) ? [requireBanner] : []),
  ];
  return `${[first, ...needed].filter((line) => line !== "").join("\n")}\n${rest.trimStart()}`;
};

/** Licenses of the libraries of which bundles have parts; `folder` is where they were made. */
export const licensesOf = ({ inputs }: Metafile, folder: string): string => {
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

/**
 * Bundles what starts, in a folder of compiled files, each in its place, with their common parts in `chunks`. The other
 * files stay as they are: users' programs and modules import those.
 */
export const bundleStarted = async (folder: string): Promise<void> => {
  const { outputFiles, metafile } = await build({
    ...bundleSettings,
    metafile: true,
    write: false,
    absWorkingDir: folder,
    entryPoints: startedIn(folder).map((name) => ({ in: join(folder, name), out: name.replace(/\.js$/u, "") })),
    outdir: folder,
    allowOverwrite: true,
    chunkNames: "chunks/[name]-[hash]",
    plugins: [ownFiles(folder)],
  });
  for (const file of outputFiles) {
    mkdirSync(dirname(file.path), { recursive: true });
    const text = withPlace(file, folder);
    // npx runs a command as it is: it makes it executable only when it sees the folder for the first time.
    writeFileSync(file.path, text);
    if (text.startsWith("#!")) chmodSync(file.path, 0o755);
  }
  writeFileSync(join(folder, "licenses.txt"), licensesOf(metafile, folder));
};
