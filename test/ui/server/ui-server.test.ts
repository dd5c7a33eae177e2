/** Tests of the page's server over HTTP: who may ask, what is answered, and what is told of changes. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Changed } from "../../../src/ui/answers.ts";
import { lockFolder } from "../../../src/runs/folder/lock.ts";
import { serveUi, type UiServer } from "../../../src/ui/server/ui-server.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

const token = "0123456789abcdef".repeat(3);
let [root, page]: [string, string] = ["", ""];
let server: UiServer;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "retort-ui-"));
  page = mkdtempSync(join(tmpdir(), "retort-page-"));
  writeFileSync(join(page, "page.js"), "export {};");
  writeRunFolder(root, { values: { seed: 0, training: { steps: 2 } }, accuracy: 0.5 });
  server = await serveUi({ root, port: 0, command: [process.execPath, "none.js"], token, page });
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await server.close();
});

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: string;
}

/** Unlike `fetch`, sends whatever headers it is told to. */
const ask = (
  path: string,
  { headers = {}, method = "GET", body }: Asked = {},
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: server.port, path, method, headers }, (response) => {
      let text = "";
      response.on("data", (piece: Buffer) => (text += piece.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
const bearer = { authorization: `Bearer ${token}` };
const json = async (path: string): Promise<unknown> => JSON.parse((await ask(path, { headers: bearer })).text) as unknown;
const only = async (): Promise<string> => ((await json("/api/runs")) as { rows: { key: string }[] }).rows[0]!.key;
const keyed = (path: string, key: string, more = ""): string => `${path}?run=${encodeURIComponent(key)}${more}`;

describe("who may ask", () => {
  test("the link's token becomes a cookie that no script can read, and leaves the address", async () => {
    const first = await ask(new URL(server.url).pathname + new URL(server.url).search);
    expect([first.status, first.headers["location"]]).toEqual([303, "/"]);
    const [cookie = ""] = first.headers["set-cookie"] as string[];
    expect(cookie).toMatch(/^retort-ui-\d+=[0-9a-f]+;.*HttpOnly; SameSite=Lax/u);
    const shown = await ask("/", { headers: { cookie: cookie.split(";")[0]! } });
    expect([shown.status, shown.text]).toEqual([200, expect.stringContaining('<script type="module" src="/page.js">')]);
    expect(shown.headers["content-security-policy"]).toContain("default-src 'none'");
  });

  test.each([
    ["no token", {}],
    ["another token", { authorization: `Bearer ${token.replace("0", "1")}` }],
    ["another cookie", { cookie: "retort-ui-1=x" }],
  ])("%s gets nothing, and is told what to do", async (_, headers) => {
    for (const path of ["/", "/page.js", "/api/runs", "/api/events"]) {
      const { status, text } = await ask(path, { headers });
      expect([path, status, text]).toEqual([path, 401, expect.stringContaining("needs the link that retort ui printed")]);
    }
    expect((await ask("/api/control", { method: "POST", headers })).status).toBe(401);
  });

  test.each([
    ["a foreign host", { host: "evil.example" }],
    ["this host under another port", { host: "127.0.0.1:1" }],
    ["no port", { host: "127.0.0.1" }],
    ["a foreign origin", { origin: "http://evil.example" }],
    ["an origin of another port", { origin: "http://127.0.0.1:1" }],
    ["no origin, as of a sandbox", { origin: "null" }],
    ["another site's page", { "sec-fetch-site": "cross-site" }],
  ])("%s is refused, whatever token it has", async (_, headers) => {
    for (const method of ["GET", "POST"]) {
      const { status } = await ask(method === "GET" ? "/api/runs" : "/api/control", { method, headers: { ...bearer, ...headers } });
      expect(status).toBe(403);
    }
  });

  test("localhost is this machine, and a page of it may ask", async () => {
    const host = `localhost:${server.port}`;
    expect((await ask("/api/runs", { headers: { ...bearer, host, origin: `http://${host}` } })).status).toBe(200);
  });
});

describe("answers", () => {
  test("of a run are there, with the table, curves, and what else the page asks for", async () => {
    const key = await only();
    for (const path of ["/api/run", "/api/rollouts", "/api/step"]) {
      const { status, text } = await ask(keyed(path, key), { headers: bearer });
      expect([path, status, text]).toEqual([path, 200, expect.stringContaining("{")]);
    }
    const keys = encodeURIComponent(JSON.stringify([key, "gone"]));
    expect(await json(`/api/curves?runs=${keys}&metrics=${encodeURIComponent('["loss"]')}`)).toEqual({
      curves: [],
      bands: [],
      missing: ["gone"],
    });
    expect(await json(`/api/compare?runs=${keys}`)).toMatchObject({ rows: [{ key }], differing: [] });
    expect(await json("/api/sweep?file=sweep")).toMatchObject({ trials: [{ status: "done" }], metrics: ["accuracy"] });
    expect(await json("/api/figures")).toEqual({ figures: [] });
    expect(await json(`/api/prompt?runs=${keys}&prompt=x`)).toEqual({ prompt: "x", rollouts: [], more: false });
  });

  test.each([
    ["/api/run?run=..%2F..%2Fetc", 404, "it may be removed"],
    ["/api/run", 404, "expected the folder of a run"],
    ["/api/runs?columns=x", 400, "expected a JSON list"],
    ["/api/step?run=x&step=-1", 404, ""],
    ["/api/sweep?file=none", 404, "got none"],
    ["/api/none", 404, "expected a path of the page"],
    ["/%2e%2e/package.json", 404, ""],
    [`/api/run?run=${"x".repeat(10_001)}`, 400, "at most 10000 characters"],
  ])("%s is refused with what was expected", async (path, status, message) => {
    const answer = await ask(path, { headers: bearer });
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(message)]);
  });

  test("a damaged line is counted, and the others are shown", async () => {
    const folder = join(root, await only());
    writeFileSync(
      join(folder, "metrics.jsonl"),
      '{"kind":"step","step":1,"metrics":{"loss":1}}\n{"kind":"st\n{"kind":"step","step":2,"metrics":{"loss":2}}\n',
    );
    const key = await only();
    expect(await json(keyed("/api/run", key))).toMatchObject({
      metrics: [{ name: "loss", kind: "step" }],
      unreadable: { "metrics.jsonl": 1 },
    });
    const curves = `/api/curves?runs=${encodeURIComponent(JSON.stringify([key]))}&metrics=${encodeURIComponent('["loss"]')}`;
    expect(await json(curves)).toMatchObject({ curves: [{ step: [1, 2], value: [1, 2] }] });
  });

  test("a run that is removed while it is shown is said to be", async () => {
    const key = await only();
    rmSync(join(root, key), { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 510));
    const { status, text } = await ask(keyed("/api/run", key), { headers: bearer });
    expect([status, text]).toEqual([404, expect.stringMatching(/removed/u)]);
    mkdirSync(join(root, key), { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 510));
    expect(await json("/api/runs")).toMatchObject({ rows: [], damaged: [{ folder: key, reason: "no manifest.json" }] });
  });
});

/** Reads events until it is ended. */
const events = async (last?: string): Promise<{ readonly all: { id: string; changed: Changed }[]; end: () => void }> => {
  const all: { id: string; changed: Changed }[] = [];
  const headers = { ...bearer, ...(last === undefined ? {} : { "last-event-id": last }) };
  const asked = request({ host: "127.0.0.1", port: server.port, path: "/api/events", headers }, (response) => {
    let text = "";
    response.on("data", (piece: Buffer) => {
      text += piece.toString();
      for (let at = text.indexOf("\n\n"); at !== -1; at = text.indexOf("\n\n")) {
        const fields = new Map(
          text
            .slice(0, at)
            .split("\n")
            .map((row) => [row.slice(0, row.indexOf(":")), row.slice(row.indexOf(":") + 1).trim()] as const),
        );
        text = text.slice(at + 2);
        const data = fields.get("data");
        if (data !== undefined) all.push({ id: fields.get("id") ?? "", changed: JSON.parse(data) as Changed });
      }
    });
    response.on("error", () => undefined);
  });
  asked.on("error", () => undefined);
  asked.end();
  const end = (): void => void asked.destroy();
  ends.push(end);
  await expect.poll(() => all.length, { timeout: 5000 }).toBeGreaterThan(0);
  return { all, end };
};

describe("changes", () => {
  test("are told to every page, and what came while the connection was lost is told afterwards", async () => {
    const [one, other] = [await events(), await events()];
    expect(one.all[0]!.changed).toEqual({ runs: [], list: true, everything: true });
    const folder = writeRunFolder(root, { values: { seed: 1 }, status: "running" });
    const held = await lockFolder(folder);
    for (const { all } of [one, other]) await expect.poll(() => all.at(-1)!.changed.list && all.length > 1, { timeout: 5000 }).toBe(true);
    const last = one.all.at(-1)!.id;
    one.end();
    appendFileSync(join(folder, "metrics.jsonl"), "{}\n");
    await expect.poll(() => other.all.at(-1)!.id, { timeout: 5000 }).not.toBe(last);
    const again = await events(last);
    expect(again.all[0]!.changed).toMatchObject({ runs: [expect.stringContaining("sweep/")], list: false, everything: false });
    if ("release" in held) await held.release();
  });

  test("of a server before are not known: everything is to be asked for again", async () => {
    expect((await events("000000000000-7")).all[0]!.changed.everything).toBe(true);
  });
});

describe("the server", () => {
  test("takes the next port where the usual one is taken, and says which one is named and taken", async () => {
    const other = await serveUi({ root, command: [], token, page });
    const third = await serveUi({ root, command: [], token, page });
    expect(third.port).not.toBe(other.port);
    await expect(serveUi({ root, port: other.port, command: [], token, page })).rejects.toThrow(
      /expected to listen on 127\.0\.0\.1:\d+, got .*give another --port/u,
    );
    await Promise.all([other.close(), third.close()]);
  });

  test("answers a page of before again after a restart", async () => {
    await server.close();
    server = await serveUi({ root, port: server.port, command: [], token, page });
    expect((await ask("/api/runs", { headers: bearer })).status).toBe(200);
  });
});
