/** Fetching with pip and npm, where they are: what cannot be reached, and what is not what was pinned. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { checkWheel, fetchPackage, fetchWheels } from "../../../../src/engine/tensorflow/install/fetch.ts";
import { pinnedWheels } from "../../../../src/engine/tensorflow/install/pinned.ts";
import { hasPip, programPath } from "../../../fixtures/programs-on-path.ts";

const root = mkdtempSync(join(tmpdir(), "retort-fetch-"));
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const { signal } = new AbortController();
const work = (): string => mkdtempSync(join(root, "work-"));

/** Nothing listens at that port. */
const nowhere = "http://127.0.0.1:9";

// Needs Python with pip.
test.skipIf(!hasPip())("an index that cannot be reached is said in one line, with the remedy", async () => {
  vi.stubEnv("PIP_INDEX_URL", nowhere);
  for (const name of ["PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"]) vi.stubEnv(name, undefined);
  vi.stubEnv("PIP_CONFIG_FILE", "/dev/null");
  const folder = work();
  await expect(fetchWheels(["tensorflow-cpu==2.21.0"], join(folder, "wheels"), { work: folder, signal })).rejects.toThrow(
    /^engines: tensorflow-cpu==2\.21\.0 could not be fetched: ERROR: [^\n]+; look at the network and at pip's index and proxy [^\n]+ --wheel$/,
  );
});

// Needs npm.
test.skipIf(programPath("npm") === undefined)("a registry that cannot be reached is said in one line, with the remedy", async () => {
  vi.stubEnv("npm_config_registry", nowhere);
  vi.stubEnv("npm_config_cache", join(root, "npm-cache"));
  vi.stubEnv("npm_config_fetch_retry_mintimeout", "1");
  await expect(fetchPackage({ spec: "node-api-headers@1.9.0", integrity: "" }, { work: work(), signal })).rejects.toThrow(
    /^engines: node-api-headers@1\.9\.0 could not be fetched: [^\n]+; look at the network and at npm's registry and proxy/,
  );
});

// Needs npm.
test.skipIf(programPath("npm") === undefined)("npm's package is taken as pinned, runs no script, and is refused otherwise", async () => {
  const source = join(root, "source");
  mkdirSync(source);
  const scripts = { prepack: "node -e \"require('fs').writeFileSync('ran', '')\"" };
  writeFileSync(join(source, "package.json"), JSON.stringify({ name: "source", version: "1.0.0", scripts }));
  const wrong = { spec: source, integrity: "sha512-none" };
  const folder = work();
  await expect(fetchPackage(wrong, { work: folder, signal })).rejects.toThrow(
    /with the integrity sha512-none, got sha512-.{88}; look at npm's registry/,
  );
  const tarball = join(folder, "source-1.0.0.tgz");
  const integrity = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  const again = work();
  expect(await fetchPackage({ spec: source, integrity }, { work: again, signal })).toBe(join(again, "source-1.0.0.tgz"));
  expect(readdirSync(source)).toEqual(["package.json"]);
});

test("a wheel is the pinned one by its contents, whatever its name is", async () => {
  const path = join(root, pinnedWheels.cpu.file);
  writeFileSync(path, "another");
  await expect(checkWheel(path, pinnedWheels.cpu)).rejects.toThrow(
    /expected .* to be tensorflow_cpu-2\.21\.0-cp311-cp311-manylinux_2_27_x86_64\.whl with the sha256 2b84[0-9a-f]{60}, got [0-9a-f]{64}; fetch it anew/,
  );
  const sha256 = createHash("sha256").update("another").digest("hex");
  expect(await checkWheel(path, { ...pinnedWheels.cpu, sha256 })).toEqual({ name: pinnedWheels.cpu.file, sha256 });
});
