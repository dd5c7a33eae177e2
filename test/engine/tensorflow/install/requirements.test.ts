/** What an installation needs of the machine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { checkPlatform, checkRequirements, checkRoom } from "../../../../src/engine/tensorflow/install/requirements.ts";
import { hasPip, pathOf, programPath } from "../../../fixtures/programs-on-path.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-requirements-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const { signal } = new AbortController();
const [python, npm, compiler] = ["python3", "npm", "g++"].map(programPath);
const all = { python3: python ?? "", npm: `${process.execPath} ${npm}`, "g++": compiler ?? "" };

test.each([
  ["darwin", "arm64"],
  ["win32", "x64"],
  ["linux", "arm64"],
])("%s on %s is refused by name", (platform, architecture) => {
  expect(() => checkPlatform(platform, architecture)).toThrow(
    `expected Linux on x64, the one platform that this was tried on, got ${platform} on ${architecture}`,
  );
  expect(() => checkPlatform("linux", "x64")).not.toThrow();
});

test("a disk with less than it takes is refused with the remedy, where the folder is to be", async () => {
  const target = join(folder, "not", "there");
  await expect(checkRoom(target, 1e18)).rejects.toThrow(
    /expected 1000000000\.0 GB free for .*there, got \d+\.\d GB; make room, or name another disk in XDG_CACHE_HOME/,
  );
  await expect(checkRoom(target, 1)).resolves.toBeUndefined();
});

// Needs Linux on x64: elsewhere nothing else is asked.
describe.skipIf(process.platform !== "linux" || process.arch !== "x64")("a program that is missing", () => {
  const refusal = (programs: Readonly<Record<string, string>>, pip = true): Promise<string> => {
    vi.stubEnv("PATH", pathOf(mkdtempSync(join(folder, "path-")), programs));
    return checkRequirements({ device: "cpu", pip }, signal).catch((error: Error) => error.message);
  };

  test("python3", async () => {
    expect(await refusal({})).toBe(
      "engines: expected python3 on the PATH, got none; install Python 3 (Debian: apt-get install python3 python3-pip)",
    );
  });

  // Needs Python.
  test.skipIf(python === undefined)("Python's pip, unless there is a wheel", async () => {
    // -I and -S: without the packages that are installed for it.
    const programs = { python3: `${python} -I -S` };
    expect(await refusal(programs)).toMatch(
      /^engines: expected Python's pip, got none \(.*No module named pip\); install it \(Debian: apt-get install python3-pip\), or fetch the wheel elsewhere and name it with --wheel$/,
    );
    expect(await refusal(programs, false)).toMatch(/expected npm on the PATH, got none; install npm/);
  });

  // Needs Python, pip and npm.
  test.skipIf(!hasPip() || npm === undefined)("g++", async () => {
    expect(await refusal({ python3: all.python3, npm: all.npm })).toMatch(/expected g\+\+ on the PATH, got none; install a C\+\+ compiler/);
  });

  // Needs all of them, and the room.
  test.skipIf(!hasPip() || npm === undefined || compiler === undefined)(
    "is none where all are there: the compiler says what it is",
    async () => {
      expect(await refusal(all)).toMatch(/^g\+\+ .*\d|^engines: expected 1\.2 GB free/);
    },
  );
});
