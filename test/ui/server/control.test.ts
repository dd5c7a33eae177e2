/** Tests of what a page does to runs that are really at work. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveUi, type UiServer } from "../../../src/ui/server/ui-server.ts";
import type { RunRow } from "../../../src/ui/answers.ts";
import { compiledCommand } from "../../fixtures/compiled-command.ts";
import { tinyExperiment } from "../../fixtures/tiny-sweep.ts";

const root = mkdtempSync(join(tmpdir(), "retort-control-"));
const [file, out] = [join(root, "tiny.json"), join(root, "runs")];
const token = "f".repeat(48);
let server: UiServer;

const retort = (...args: readonly string[]) =>
  spawn(process.execPath, [compiledCommand, ...args, "--out", out], { cwd: root, stdio: "ignore" });
const ended = (child: ReturnType<typeof retort>): Promise<number | null> =>
  new Promise((resolve) => child.once("exit", (code) => resolve(code)));
const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
const address = (path: string): string => `http://127.0.0.1:${server.port}${path}`;
const rows = async (): Promise<readonly RunRow[]> =>
  ((await (await fetch(address("/api/runs"), { headers })).json()) as { rows: RunRow[] }).rows;
const control = async (body: object, path = "/api/control") => {
  const response = await fetch(address(path), { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
};

beforeAll(async () => {
  writeFileSync(file, JSON.stringify(tinyExperiment({ axes: { "/seed": [0, 1] } }, 4000)));
  const child = retort("run", file, "/training/steps=2");
  expect(await ended(child)).toBe(0);
  server = await serveUi({ root: out, port: 0, command: [process.execPath, compiledCommand], cwd: root, token });
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

const running = async (): Promise<RunRow> => {
  await expect.poll(async () => (await rows()).some((row) => row.status === "running" && row.step > 3), { timeout: 60_000 }).toBe(true);
  return (await rows()).find(({ status }) => status === "running")!;
};

describe("a run at work", () => {
  test("writes a checkpoint when it is told to, stops when it is told to, and goes on", { timeout: 120_000 }, async () => {
    const child = retort("run", file, "/training/checkpoints/minutes=600");
    const end = ended(child);
    const { key } = await running();
    const checkpoints = (): number => (existsSync(join(out, key, "checkpoints")) ? readdirSync(join(out, key, "checkpoints")).length : 0);
    expect(checkpoints()).toBe(0);
    const asked = await control({ run: key, action: "checkpoint" });
    expect(asked).toEqual({
      status: 200,
      answer: { command: `kill -USR2 ${child.pid}`, message: expect.stringContaining("checkpoint") as string },
    });
    await expect.poll(checkpoints, { timeout: 20_000 }).toBe(1);
    expect((await control({ run: key, action: "stop" })).answer).toMatchObject({ command: `kill ${child.pid}` });
    expect(await end).toBe(143);
    await pause(510);
    expect((await rows()).find((row) => row.key === key)?.status).toBe("interrupted");

    const shown = await control({ run: key, action: "resume" }, "/api/command");
    // How often checkpoints are written decides no result: the run is the same without.
    expect(shown.answer["command"]).toMatch(/^retort run .*tiny\.json --out /u);
    expect(await control({ run: key, action: "resume" })).toMatchObject({ status: 200, answer: shown.answer });
    const again = await running();
    expect(again.key).toBe(key);
    await control({ run: key, action: "stop" });
    await expect.poll(async () => (await rows()).find((row) => row.key === key)?.status, { timeout: 20_000 }).toBe("interrupted");
    expect(JSON.parse(readFileSync(join(out, key, "manifest.json"), "utf8"))).toMatchObject({ attempt: 2 });
  });

  test("that a sweep has started is stopped with its sweep, which would start it again", { timeout: 120_000 }, async () => {
    const child = retort("sweep", file, "--jobs", "1");
    const end = ended(child);
    const { key } = await running();
    const stopped = await control({ run: key, action: "stop" });
    expect(stopped.answer).toMatchObject({
      command: `kill ${child.pid}`,
      message: expect.stringContaining("The sweep that runs it stops") as string,
    });
    expect(await end).toBe(143);
  });
});

describe("what cannot be done is refused, and says why", () => {
  const done = async (): Promise<string> => (await rows()).find(({ status }) => status === "done")!.key;

  test("a run that is done cannot be stopped", async () => {
    const { status, answer } = await control({ run: await done(), action: "stop" });
    expect([status, answer]).toEqual([
      409,
      { error: { message: expect.stringContaining("expected a run at work, got one that is done") as string } },
    ]);
  });

  test("a variant of wrong values does not start", async () => {
    const { status, answer } = await control({ run: await done(), action: "variant", overrides: ["/objective/alpha=7"] });
    expect([status, JSON.stringify(answer)]).toEqual([409, expect.stringContaining("alpha")]);
  });

  test.each([
    [{ action: "stop" }, 400],
    [{ run: "x", action: "remove" }, 400],
    [{ run: "none", action: "stop" }, 404],
    [{ run: "x", action: "variant", overrides: ["--out=/tmp"] }, 400],
    [{ run: "x", action: "variant", overrides: "no list" }, 400],
  ])("%j", async (body, status) => {
    expect((await control(body)).status).toBe(status);
  });

  test("a form of another page, and what is no JSON", async () => {
    const post = (type: string, body: string) =>
      fetch(address("/api/control"), { method: "POST", headers: { ...headers, "content-type": type }, body });
    expect((await post("text/plain", '{"run":"x","action":"stop"}')).status).toBe(400);
    expect((await post("application/json", "{")).status).toBe(400);
    expect((await post("application/json", `"${"x".repeat(200_000)}"`)).status).toBe(413);
  });

  test("a variant runs, and is in the table", { timeout: 60_000 }, async () => {
    const key = await done();
    const { status, answer } = await control({ run: key, action: "variant", overrides: ["/seed=5"] });
    expect([status, answer["command"]]).toEqual([
      200,
      expect.stringMatching(/^retort run .*tiny\.json \/training\/steps=2 \/seed=5 --out /u),
    ]);
    await expect.poll(async () => (await rows()).filter((row) => row.status === "done").length, { timeout: 30_000 }).toBe(2);
  });
});
