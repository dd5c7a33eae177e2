/** `retort engines`: what it lists, installs, checks and removes, and how it says what went wrong. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { checkText } from "../../../../src/cli/commands/engines/engines-check.ts";
import { listing } from "../../../../src/cli/commands/engines/engines.ts";
import { main } from "../../../../src/cli/program.ts";
import { installedTensorFlow, tensorFlowFolder } from "../../../../src/engine/tensorflow/library/folder.ts";
import type { InstallableEngine } from "../../../../src/engine/tensorflow/library/list.ts";
import { hasPip, pathOf, programPath } from "../../../fixtures/programs-on-path.ts";
import { recorder } from "../../recorder.ts";

const retort = async (...args: string[]): Promise<{ code: number; output: string; errors: string }> => {
  const { terminal, output, errors } = recorder();
  const code = await main(["engines", ...args], terminal);
  return { code, output: output(), errors: errors() };
};

// Needs the library that it installs.
test.skipIf(installedTensorFlow("cpu") === undefined)("what is installed is checked, and is not installed again", async () => {
  expect(await retort("check", "tensorflow")).toMatchObject({
    code: 0,
    output: expect.stringContaining("tensorflow-cpu: TensorFlow 2.21.0 is as it was installed, and computes on the processor\n") as unknown,
  });
  const { code, output } = await retort("install", "tensorflow", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ already: true, folder: tensorFlowFolder("cpu"), version: "2.21.0", device: "cpu" });
});

test("a command that there is not is said, and nothing is listed", async () => {
  const { code, output, errors } = await retort("instal", "tensorflow");
  expect({ code, output }).toEqual({ code: 2, output: "" });
  expect(errors).toContain("error: unknown command 'instal', expected install, check or remove\n");
});

describe("with another cache", () => {
  let root: string;
  let cache: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "retort-engines-"));
    cache = join(root, "cache");
    mkdirSync(cache);
    vi.stubEnv("XDG_CACHE_HOME", cache);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true });
  });

  const write = (): void => {
    mkdirSync(tensorFlowFolder("cpu"), { recursive: true });
    const record = { version: "2.21.0", device: "cpu", wheel: {}, date: "2026-01-01T00:00:00.000Z", files: { missing: "00" } };
    writeFileSync(join(tensorFlowFolder("cpu"), "installed.json"), JSON.stringify(record));
  };

  test("lists what is installed and what could be", async () => {
    expect((await retort()).output).toContain("tensorflow-gpu: retort engines install tensorflow --gpu\n");
    write();
    const { output } = await retort();
    expect(output).toMatch(/^tensorflow-cpu +2\.21\.0 +installed +1 +2026-01-01 00:00$/m);
    expect(output).toContain(`tensorflow-cpu: ${tensorFlowFolder("cpu")}\n`);
    const listed = JSON.parse((await retort("--json")).output) as InstallableEngine[];
    expect(listed.map(({ name, state }) => [name, state])).toEqual([
      ["tensorflow-cpu", "installed"],
      ["tensorflow-gpu", "not there"],
    ]);
  });

  test("a check finds what is missing, and fails", async () => {
    expect(await retort("check")).toMatchObject({
      code: 1,
      errors: expect.stringContaining("no library is installed; retort engines install tensorflow") as unknown,
    });
    write();
    const { code, output, errors } = await retort("check", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(output)).toEqual([{ device: "cpu", ok: false, changed: ["missing"], reason: "changed or missing: missing" }]);
    expect(errors).toContain("tensorflow-cpu: retort engines remove tensorflow, then retort engines install tensorflow");
  });

  test("removes what is there, and says where it was", async () => {
    expect((await retort("remove", "tensorflow")).output).toBe("tensorflow-cpu: nothing is installed\n");
    write();
    expect((await retort("remove", "tensorflow", "--gpu")).output).toBe("tensorflow-gpu: nothing is installed\n");
    expect((await retort("remove", "tensorflow")).output).toBe(`removed ${tensorFlowFolder("cpu")}\n`);
    write();
    expect(JSON.parse((await retort("remove", "tensorflow", "--json")).output)).toEqual([tensorFlowFolder("cpu")]);
    expect(readdirSync(join(cache, "retort", "engines"))).toEqual([]);
  });

  test.each([["install"], ["install", "pytorch"], ["remove"], ["check", "pytorch"], ["instal", "tensorflow"]])(
    "refuses %s %s with code 2",
    async (...args) => {
      const { code, output, errors } = await retort(...args);
      expect({ code, output }).toEqual({ code: 2, output: "" });
      expect(errors).toMatch(/^error: /);
    },
  );

  /** The command fails with one line that says `reason`, and leaves nothing. */
  const refuses = async (reason: RegExp, ...args: string[]): Promise<void> => {
    const { code, output, errors } = await retort("install", "tensorflow", ...args);
    expect({ code, output }).toEqual({ code: 1, output: "" });
    expect(errors).toMatch(/^error: [^\n]+\n--debug shows where\n$/);
    expect(errors).toMatch(reason);
    expect(readdirSync(cache)).toEqual([]);
  };

  test("a wheel with other contents leaves nothing", async () => {
    const wheel = join(root, "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl");
    writeFileSync(wheel, "another");
    await refuses(/expected .* with the sha256 2b84[0-9a-f]{60}, got [0-9a-f]{64}; fetch it anew/, "--wheel", wheel);
    await refuses(/with the sha256 9056[0-9a-f]{60}, got/, "--wheel", wheel, "--gpu");
    await refuses(/expected TensorFlow's wheel at .*none\.whl, got no file/, "--wheel", join(root, "none.whl"));
  });

  // Needs Linux on x64.
  describe.skipIf(process.platform !== "linux" || process.arch !== "x64")("a machine that lacks a program leaves nothing", () => {
    const [python, npm] = ["python3", "npm"].map(programPath);

    test("python3", async () => {
      vi.stubEnv("PATH", pathOf(join(root, "path"), {}));
      await refuses(/expected python3 on the PATH, got none; install Python 3 \(Debian: apt-get install python3 python3-pip\)/);
    });

    // Needs Python with pip.
    test.skipIf(!hasPip())("npm", async () => {
      vi.stubEnv("PATH", pathOf(join(root, "path"), { python3: python! }));
      await refuses(/expected npm on the PATH, got none; install npm/);
    });

    // Needs Python with pip, and npm.
    test.skipIf(!hasPip() || npm === undefined)("g++", async () => {
      vi.stubEnv("PATH", pathOf(join(root, "path"), { python3: python!, npm: `${process.execPath} ${npm}` }));
      await refuses(/expected g\+\+ on the PATH, got none; install a C\+\+ compiler \(Debian: apt-get install g\+\+\)/);
    });

    // Needs all of them.
    test.skipIf(!hasPip() || npm === undefined || programPath("g++") === undefined)("the network", async () => {
      vi.stubEnv("PIP_INDEX_URL", "http://127.0.0.1:9");
      vi.stubEnv("PIP_CONFIG_FILE", "/dev/null");
      for (const name of ["PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"]) vi.stubEnv(name, undefined);
      await refuses(/tensorflow-cpu==2\.21\.0 could not be fetched: ERROR: .*; look at the network and at pip's index and proxy/);
    });
  });
});

test("the table has dashes where nothing is known, and a damaged one its remedy", () => {
  const text = listing([{ name: "tensorflow-cpu", version: "2.21.0", state: "damaged", folder: "folder", remedy: "remove it" }]);
  expect(text.split("\n")).toEqual([
    "engine          TensorFlow  state    MiB  installed (UTC)",
    "--------------  ----------  -------  ---  ---------------",
    "tensorflow-cpu  2.21.0      damaged    -                -",
    "",
    "tensorflow-cpu: remove it",
    "",
  ]);
});

test("a build for GPUs that finds none says so", () => {
  const found = { device: "gpu", ok: true, changed: [] } as const;
  expect(checkText({ ...found, loaded: { version: "2.21.0", gpu: false } })).toMatch(
    /computes on the processor: TensorFlow sees no CUDA device$/,
  );
  expect(checkText({ ...found, loaded: { version: "2.21.0", gpu: true } })).toMatch(/computes on a GPU$/);
  expect(checkText({ ...found, ok: false, reason: "changed" })).toBe("tensorflow-gpu: changed");
});
