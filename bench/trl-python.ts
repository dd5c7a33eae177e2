/** The Python that `npm run bench -- trl` runs TRL with: what it has, and what to install where it lacks it. */
import { spawnSync } from "node:child_process";

const needed = ["torch", "transformers", "trl", "datasets", "tokenizers", "accelerate"] as const;

type Package = (typeof needed)[number];

/** The version of TRL that the pages are of: another one may have its trainer elsewhere. */
const known = "1.16.0";

const script = `
import importlib.metadata, json
def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
print(json.dumps({name: version(name) for name in ${JSON.stringify(needed)}}))
`;

/** The versions of what is measured. `Error` says what to install where a package is missing. */
export const pythonVersions = (python: string): readonly string[] => {
  const { error, status, stdout, stderr } = spawnSync(python, ["-c", script], { encoding: "utf8" });
  if (error !== undefined) throw new Error(`trl: expected --python to be a Python, got ${python}: ${error.message}`);
  if (status !== 0) throw new Error(`trl: ${python} ended with ${status}: ${stderr.trim()}`);
  const versions = JSON.parse(stdout) as Readonly<Record<Package, string | null>>;
  const missing = needed.filter((name) => versions[name] === null);
  if (missing.length > 0) {
    const wanted = missing.map((name) => (name === "trl" ? `trl==${known}` : name)).join(" ");
    throw new Error(`trl: ${python} has no ${missing.join(", ")}; install: ${python} -m pip install ${wanted}`);
  }
  return [`PyTorch ${versions.torch}`, `transformers ${versions.transformers}`, `TRL ${versions.trl}`];
};
