/** Trying an engine in a process of its own. */
import { expect, test } from "vitest";
import { probeEngine } from "../../src/engine/probe.ts";

test("an engine that works says what it runs on", async () => {
  expect(await probeEngine("cpu")).toEqual({ found: true, reason: "CPU" });
});

test("an engine that does not open says why", async () => {
  const { found, reason } = await probeEngine("no-such-engine");
  expect(found).toBe(false);
  expect(reason).not.toBe("");
});

test("a process that cannot even start is an answer too", async () => {
  const options = process.env["NODE_OPTIONS"];
  process.env["NODE_OPTIONS"] = "--require=./no-such-file.cjs";
  try {
    const { found, reason } = await probeEngine("cpu");
    expect(found).toBe(false);
    expect(reason).toMatch(/^the process that tried it ended with 1/);
  } finally {
    if (options === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = options;
  }
});
