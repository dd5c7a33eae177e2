/**
 * The software bill of materials of the package, `sbom.cdx.json`, in CycloneDX: `npm run sbom`, as `npm pack` does it.
 *
 * `npm sbom --omit=dev` leaves out what a development dependency needs too (esbuild, rxjs, yaml). So npm is shown a
 * package without development dependencies. Its random number, its time and the folder's name are dropped: the same
 * lockfile makes the same bytes.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
  readonly license?: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly object[];
}

interface Bill {
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
}

/** The bill's file, in the root of the package. */
export const billName = "sbom.cdx.json";

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

/** What the package runs with, by its place in the lockfile, optional packages of all platforms among it. */
export const lockedPackages = (root: string): Readonly<Record<string, Locked>> => {
  const { packages } = readJson(join(root, "package-lock.json")) as { packages: Record<string, Locked> };
  return Object.fromEntries(Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true));
};

/** What npm says of a package whose lockfile has no development dependencies. */
const askNpm = (root: string): Bill => {
  const folder = mkdtempSync(join(tmpdir(), "retort-sbom-"));
  try {
    const manifest = { ...(readJson(join(root, "package.json")) as Locked), devDependencies: {} };
    const lock = readJson(join(root, "package-lock.json")) as { packages: Record<string, Locked> };
    const packages = { "": { ...lock.packages[""], devDependencies: {} }, ...lockedPackages(root) };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ ...lock, packages }));
    const parameters = ["sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--offline"];
    return JSON.parse(execFileSync("npm", parameters, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26 })) as Bill;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The licence where npm knows none: the lockfile's words, which are no SPDX, or what an old manifest has as a list. */
const licenceOf = (root: string, path: string, { license }: Locked): string | undefined => {
  const manifest = join(root, path, "package.json");
  if (license !== undefined || !existsSync(manifest)) return license;
  const { licenses = [] } = readJson(manifest) as { licenses?: readonly { type: string }[] };
  return licenses.length === 0 ? undefined : licenses.map(({ type }) => type).join(" OR ");
};

/** The bill of the package in a folder, as the text of its file. */
export const billOfMaterials = (root: string): string => {
  const bill = askNpm(root);
  const { name } = readJson(join(root, "package.json")) as Component;
  const places = new Map(
    Object.entries(lockedPackages(root)).map(([path, locked]) => [
      `${path.split("node_modules/").at(-1)}@${locked.version}`,
      { path, locked },
    ]),
  );
  const components = bill.components.map((one) => {
    const place = places.get(one["bom-ref"]);
    if (one.licenses !== undefined || place === undefined) return one;
    const words = licenceOf(root, place.path, place.locked);
    return words === undefined ? one : { ...one, licenses: [{ license: { name: words } }] };
  });
  const { component, ...rest } = bill.metadata;
  const metadata = { ...rest, timestamp: undefined, component: { ...component, name } };
  const whole = { ...bill, serialNumber: undefined, metadata, components };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
};

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  writeFileSync(billName, billOfMaterials(process.cwd()));
}
