/**
 * What npm runs before any install script of the libraries, where Retort is installed as a package: plain JavaScript,
 * with Node's modules alone. It makes two things of onnxruntime-node, which has no option for them in its package:
 *
 * - Its install script fetches CUDA libraries from outside the npm registry, and fails the installation where they
 *   cannot be had. Nothing here runs them. It leaves alone what is there, so a text stands in the place of each.
 * - Its binaries for other platforms are removed: 240 of its 290 MB.
 *
 * It never fails: what it could not do is done by onnxruntime-node's own script, or stays.
 */
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const own = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

// Whoever asks onnxruntime-node for something by its own settings gets that.
const settings = ["ONNXRUNTIME_NODE_INSTALL", "ONNXRUNTIME_NODE_INSTALL_CUDA"];
const isAsked = settings.some((name) => process.env[name] ?? process.env[`npm_config_${name.toLowerCase()}`]);

// As `npm install --os=... --cpu=...` has it.
const platform = process.env["npm_config_os"] ?? process.platform;
const architecture = process.env["npm_config_cpu"] ?? process.arch;

/** @param {string} library folder of onnxruntime-node */
const standForCuda = (library) => {
  const { requirements, manifests } =
    /** @type {{ requirements: Record<string, string[]>, manifests: Record<string, object> }} */ (
      require(join(library, "script", "install-metadata.js"))
    );
  const target = `${platform}/${architecture}`;
  const binaries = join(library, "bin", "napi-v6", platform, architecture);
  for (const name of requirements[target] ?? []) {
    for (const file of Object.keys(manifests[`${target}:${name}`] ?? {})) {
      if (existsSync(join(binaries, file))) continue;
      writeFileSync(join(binaries, file), "Not installed: retort-rl does not run it, so nothing fetched it.\n");
    }
  }
};

/** @param {string} library folder of onnxruntime-node */
const removeOtherPlatforms = (library) => {
  const binaries = join(library, "bin", "napi-v6");
  if (!existsSync(join(binaries, platform, architecture))) return;
  for (const system of readdirSync(binaries)) {
    if (system !== platform) rmSync(join(binaries, system), { recursive: true });
  }
  for (const processor of readdirSync(join(binaries, platform))) {
    if (processor !== architecture) rmSync(join(binaries, platform, processor), { recursive: true });
  }
};

// A checkout has .npmrc for the first, and may be carried to another platform.
if (basename(dirname(own)) === "node_modules" && !isAsked) {
  try {
    const library = dirname(require.resolve("onnxruntime-node/package.json"));
    standForCuda(library);
    removeOtherPlatforms(library);
  } catch (error) {
    console.error(
      `retort-rl: onnxruntime-node stays as it is: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
