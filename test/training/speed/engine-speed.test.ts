/** Measuring the compiled engines in a process of its own. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { measureEngines } from "../../../src/training/speed/engine-speed.ts";

afterEach(() => vi.unstubAllEnvs());

test("times an update and a draw on each compiled engine, and leaves the others out", { timeout: 120_000 }, async () => {
  const speeds = await measureEngines(["onnx", "wasm", "cpu"], 1);
  expect(speeds.map(({ engine }) => engine)).toEqual(["onnx"]);
  for (const { update, draw } of speeds) expect(Math.min(update, draw)).toBeGreaterThan(0);
});

test("says why it could not", { timeout: 60_000 }, async () => {
  vi.stubEnv("XDG_CACHE_HOME", mkdtempSync(join(tmpdir(), "retort-no-engines-")));
  await expect(measureEngines(["tensorflow"], 1)).rejects.toThrow(
    /the engines were not measured: .*the engine tensorflow is not there: .*is not installed/u,
  );
});
