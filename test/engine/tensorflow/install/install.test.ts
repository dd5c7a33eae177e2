/** Installing: that nothing is left of what fails or is stopped, and that what is there stays. That it succeeds, continuous integration shows. */
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { installTensorFlow, place, type InstallResult } from "../../../../src/engine/tensorflow/install/install.ts";
import { tensorFlowFolder, type Installation } from "../../../../src/engine/tensorflow/library/folder.ts";
import { hasPip, programPath } from "../../../fixtures/programs-on-path.ts";
import { installationOf, ownEnginesCache } from "../../../fixtures/engines-cache.ts";

const cache = ownEnginesCache();

const installation = installationOf("cpu");
const write = (folder: string, made: Installation): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "installed.json"), JSON.stringify(made));
};

const install = (signal = new AbortController().signal, reports: string[] = []): Promise<InstallResult> =>
  installTensorFlow({ device: "cpu", signal, report: (text) => reports.push(text) });

const useIndex = (url: string): void => {
  vi.stubEnv("PIP_INDEX_URL", url);
  for (const name of ["PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"]) vi.stubEnv(name, undefined);
  vi.stubEnv("PIP_CONFIG_FILE", "/dev/null");
};

test("what is there already stays, and nothing is fetched", async () => {
  write(tensorFlowFolder("cpu"), installation);
  useIndex("http://127.0.0.1:9");
  expect(await install()).toEqual({ folder: tensorFlowFolder("cpu"), installation, already: true });
});

test("a wheel that is another leaves nothing", async () => {
  const wheel = join(cache(), "..", `${cache().split("-").at(-1)}.whl`);
  writeFileSync(wheel, "another");
  const report = (): void => undefined;
  const request = { device: "cpu", wheel, signal: new AbortController().signal, report } as const;
  await expect(installTensorFlow(request)).rejects.toThrow(/with the sha256 2b84/);
  expect(readdirSync(cache())).toEqual([]);
  rmSync(wheel);
});

const able =
  process.platform === "linux" &&
  process.arch === "x64" &&
  hasPip() &&
  programPath("npm") !== undefined &&
  programPath("g++") !== undefined;

// Needs Linux on x64 with Python, pip, npm and g++.
describe.skipIf(!able)("an installation", () => {
  test("that finds no network leaves nothing", async () => {
    useIndex("http://127.0.0.1:9");
    const reports: string[] = [];
    await expect(install(undefined, reports)).rejects.toThrow(/^engines: tensorflow-cpu==2\.21\.0 could not be fetched: ERROR/);
    expect(reports).toEqual(["downloading tensorflow-cpu==2.21.0 (274 MB)"]);
    expect(readdirSync(cache())).toEqual([]);
  });

  test("that is stopped while it fetches leaves nothing but what was there, or was abandoned", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    useIndex(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    const engines = join(cache(), "retort", "engines");
    const [old, young] = [".installing-old", ".installing-young"].map((name) => join(engines, name));
    for (const folder of [old!, young!]) mkdirSync(folder, { recursive: true });
    utimesSync(old!, 0, 0);
    const controller = new AbortController();
    const installing = install(controller.signal);
    const [socket] = (await once(server, "connection")) as [Socket];
    socket.on("error", () => undefined);
    expect(readdirSync(engines)).toHaveLength(2);
    controller.abort(new Error("stopped"));
    await expect(installing).rejects.toThrow("stopped");
    expect(readdirSync(engines)).toEqual([".installing-young"]);
    server.close();
  });
});

describe("the place of a finished folder", () => {
  const made = (): string => {
    const target = join(cache(), "made");
    write(target, installation);
    return target;
  };

  test("is taken at once", async () => {
    const folder = tensorFlowFolder("cpu");
    mkdirSync(join(folder, ".."), { recursive: true });
    expect(await place(made(), folder, installation)).toEqual({ folder, installation, already: false });
    expect(readdirSync(folder)).toEqual(["installed.json"]);
    expect(existsSync(join(cache(), "made"))).toBe(false);
  });

  test("is left to an installation that was quicker", async () => {
    const folder = tensorFlowFolder("cpu");
    const other = { ...installation, date: "2026-01-02T00:00:00.000Z" };
    write(folder, other);
    expect(await place(made(), folder, installation)).toEqual({ folder, installation: other, already: true });
  });

  test("is not taken from what is something else", async () => {
    const folder = tensorFlowFolder("cpu");
    mkdirSync(join(folder, "own"), { recursive: true });
    await expect(place(made(), folder, installation)).rejects.toThrow(
      /is there already, and nothing that was installed is in it; remove it/,
    );
    expect(readdirSync(folder)).toEqual(["own"]);
  });
});
