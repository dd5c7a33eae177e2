/** Tests of `retort ui`, and of the page that a run brings with it. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compiledCommand } from "../../fixtures/compiled-command.ts";
import { tinyExperiment } from "../../fixtures/tiny-sweep.ts";

const root = mkdtempSync(join(tmpdir(), "retort-ui-command-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const started = (...args: readonly string[]) => {
  const child = spawn(process.execPath, [compiledCommand, ...args], { cwd: root, env: { ...process.env, XDG_CACHE_HOME: root } });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (piece: Buffer) => (output += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (errors += piece.toString()));
  const end = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  return { child, end, output: () => output, errors: () => errors };
};
const link = /http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{48}/u;
const answers = async (url: string): Promise<number> => {
  const { origin, searchParams } = new URL(url);
  return (await fetch(`${origin}/api/runs`, { headers: { authorization: `Bearer ${searchParams.get("token")}` } })).status;
};

describe("retort ui", () => {
  test("prints a link that answers, until Ctrl-C", async () => {
    const { child, end, output, errors } = started("ui", "--runs", ".", "--port", "0");
    await expect.poll(output, { timeout: 20_000 }).toMatch(link);
    const [url] = link.exec(output())!;
    expect(await answers(url)).toBe(200);
    expect(errors()).toContain("whoever has the link");
    child.kill("SIGINT");
    expect(await end).toBe(0);
    await expect(answers(url)).rejects.toThrow();
  });

  test("may be opened before the first run: the usual folder is made, and no other", async () => {
    const { child, end, output } = started("ui", "--port", "0");
    await expect.poll(output, { timeout: 20_000 }).toMatch(link);
    expect(existsSync(join(root, "runs"))).toBe(true);
    child.kill("SIGINT");
    expect(await end).toBe(0);
  });

  test.each([
    [["--runs", "nowhere"], /runs: expected a folder, got ".*nowhere"/u],
    [["--port", "99999"], /expected a port from 0 to 65535/u],
  ])("%j is refused", async (args, message) => {
    const { end, errors } = started("ui", ...args);
    expect(await end).toBeGreaterThan(0);
    expect(errors()).toMatch(message);
  });
});

test.each([["run"], ["sweep"]])("retort %s --ui shows a page while it runs, and not after", { timeout: 120_000 }, async (command) => {
  const file = join(root, `${command}.json`);
  writeFileSync(file, JSON.stringify(tinyExperiment({ axes: { "/seed": [0] } }, 100_000)));
  const { child, end, errors } = started(command, file, "--ui", "0");
  await expect.poll(errors, { timeout: 60_000 }).toMatch(link);
  const [url] = link.exec(errors())!;
  expect(await answers(url)).toBe(200);
  child.kill("SIGINT");
  expect(await end).toBe(130);
  await expect.poll(() => answers(url).catch(() => "gone"), { timeout: 20_000 }).toBe("gone");
});
