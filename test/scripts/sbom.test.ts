/** The bill of materials against the lockfile: npm's own leaves out what is also needed for development. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { billOfMaterials, lockedPackages } from "../../scripts/sbom.ts";

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly { readonly license?: { readonly id?: string; readonly name?: string }; readonly expression?: string }[];
  readonly hashes: readonly { readonly content: string }[];
}

interface Bill {
  readonly bomFormat: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const root = join(import.meta.dirname, "../..");
const text = billOfMaterials(root);
const bill = JSON.parse(text) as Bill;
const { dependencies, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
  version: string;
};

const nameOf = (path: string): string => path.split("node_modules/").at(-1)!;
const licenceOf = ({ licenses = [] }: Component): string | undefined =>
  licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name).join(" OR ");

test("each package that Retort runs with is in it, with the lockfile's version, hash and licence, and no other", () => {
  const listed = new Map(bill.components.map((one) => [one["bom-ref"], one]));
  const locked = Object.entries(lockedPackages(root)) as [string, { version: string; integrity: string; license?: string }][];
  const wrong = locked.flatMap(([path, { version: wanted, integrity, license }]) => {
    const one = listed.get(`${nameOf(path)}@${wanted}`);
    if (one === undefined) return [`${path} ${wanted}: missing`];
    const hash = Buffer.from(one.hashes[0]!.content, "hex").toString("base64");
    if (!integrity.endsWith(`-${hash}`)) return [`${path} ${wanted}: another hash`];
    return license === undefined || license === licenceOf(one) ? [] : [`${path} ${wanted}: ${license}, got ${licenceOf(one)}`];
  });
  expect(wrong).toEqual([]);
  expect([...listed.keys()].toSorted()).toEqual([...new Set(locked.map(([path, one]) => `${nameOf(path)}@${one.version}`))].toSorted());
  for (const [name, wanted] of Object.entries(dependencies)) expect(listed.get(`${name}@${wanted}`)?.version).toBe(wanted);
  expect(listed.has("typescript@6.0.3")).toBe(false);
});

test("each has a licence, also where the lockfile has none", () => {
  expect(bill.components.filter((one) => (licenceOf(one) ?? "") === "").map(({ name }) => name)).toEqual([]);
});

test("it is CycloneDX of this version, and says what needs what", () => {
  expect(bill.bomFormat).toBe("CycloneDX");
  expect(bill.metadata.component).toMatchObject({ name: "retort-rl", version });
  const direct = bill.dependencies.find(({ ref }) => ref === `retort-rl@${version}`)!.dependsOn;
  expect(direct).toEqual(expect.arrayContaining(Object.entries(dependencies).map(([name, wanted]) => `${name}@${wanted}`)));
});

test("npm run sbom makes the same bytes in a folder of another name, at another time", () => {
  mkdirSync(join(root, "build"), { recursive: true });
  const other = mkdtempSync(join(root, "build", "sbom-"));
  try {
    for (const name of ["package.json", "package-lock.json"]) cpSync(join(root, name), join(other, name));
    symlinkSync(join(root, "node_modules"), join(other, "node_modules"));
    execFileSync(process.execPath, ["--import", import.meta.resolve("tsx"), join(root, "scripts/sbom.ts")], { cwd: other });
    expect(readFileSync(join(other, "sbom.cdx.json"), "utf8")).toBe(text);
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});
