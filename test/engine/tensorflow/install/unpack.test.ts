/** Unpacking wheels and npm's tarballs with Python. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { extraRequirements, unpackPackage, unpackWheel } from "../../../../src/engine/tensorflow/install/unpack.ts";
import { programPath } from "../../../fixtures/programs-on-path.ts";

const root = mkdtempSync(join(tmpdir(), "retort-unpack-"));
afterAll(() => rmSync(root, { recursive: true }));

const { signal } = new AbortController();
const wheel = join(root, "made.whl");

const metadata = `Name: tensorflow
Requires-Dist: numpy (>=1.26)
Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5 ; extra == 'and-cuda'
Requires-Dist: nvidia-nccl-cu12 (<3.0,>=2.27.7) ; extra == "and-cuda"
Requires-Dist: other ; extra == 'more'
`;

const pack = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    for name in ["tool/bin/run", "tool/lib/a.so", "tool/lib/a.a", "tool/include/a.h", "tool-1.dist-info/RECORD", "other/a.so"]:
        info = zipfile.ZipInfo(name)
        info.external_attr = (0o755 if name.endswith("run") else 0o444) << 16
        wheel.writestr(info, name)
    wheel.writestr("tool-1.dist-info/METADATA", sys.argv[2])
`;

// Needs Python.
describe.skipIf(programPath("python3") === undefined)("unpacking", () => {
  beforeAll(() => void execFileSync("python3", ["-c", pack, wheel, metadata]));

  test("takes the members of a wheel that are asked for, with their rights", async () => {
    const folder = join(root, "some");
    await unpackWheel(wheel, folder, { starts: ["tool/"], but: ["*/include/*", "*.a"] }, signal);
    const files = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((path) => statSync(join(folder, path)).isFile());
    expect(files.toSorted()).toEqual(["tool/bin/run", "tool/lib/a.so"]);
    expect(readFileSync(join(folder, "tool/lib/a.so"), "utf8")).toBe("tool/lib/a.so");
    expect(statSync(join(folder, "tool/bin/run")).mode & 0o777).toBe(0o755);
    expect(statSync(join(folder, "tool/lib/a.so")).mode & 0o777).toBe(0o644);
  });

  test("reads what a wheel asks for under an extra, as pip takes it", async () => {
    expect(await extraRequirements(wheel, "and-cuda", signal)).toEqual(["nvidia-cublas-cu12<13.0,>=12.5", "nvidia-nccl-cu12<3.0,>=2.27.7"]);
    expect(await extraRequirements(wheel, "none", signal)).toEqual([]);
  });

  test("what is no archive is refused with what Python says", async () => {
    const path = join(root, "text.whl");
    writeFileSync(path, "text");
    await expect(unpackWheel(path, root, { starts: [""] }, signal)).rejects.toThrow(/BadZipFile/);
    await expect(unpackPackage(path, root, signal)).rejects.toThrow(/ReadError|not a gzip/);
  });

  test("takes a tarball", async () => {
    mkdirSync(join(root, "package"));
    writeFileSync(join(root, "package", "package.json"), "{}");
    const path = join(root, "made.tgz");
    execFileSync("python3", [
      "-c",
      "import sys, tarfile; tarfile.open(sys.argv[1], 'w:gz').add(sys.argv[2], 'package')",
      path,
      join(root, "package"),
    ]);
    await unpackPackage(path, join(root, "unpacked"), signal);
    expect(readFileSync(join(root, "unpacked", "package", "package.json"), "utf8")).toBe("{}");
  });
});
