/** Bundles the live page for browsers: one file of code and one of styles, and nothing that is fetched from elsewhere. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { licensesOf } from "./bundle.ts";

/** Bundles the page of the source below a folder into `page.js` and `page.css` in another. */
export const bundlePage = async (root: string, target: string): Promise<void> => {
  const folder = join(root, "src", "ui", "page");
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: [{ in: join(folder, "main.tsx"), out: "page" }],
    outdir: target,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: ["es2022"],
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfig: join(folder, "tsconfig.json"),
    logLevel: "error",
  });
  writeFileSync(join(target, "licenses.txt"), licensesOf(metafile, root));
};
