/** The step "advisories" of continuous integration: npm itself asks an HTTP server that stands for the registry. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { lockedPackages } from "../../scripts/sbom.ts";

const root = join(import.meta.dirname, "../..");
const empty = mkdtempSync(join(tmpdir(), "retort-advisories-"));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly said: string;
  /** The packages that the registry was asked about. */
  readonly asked: readonly string[];
}

const script = (registry: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Omit<Outcome, "asked">> =>
  new Promise((resolve) => {
    const parameters = ["--import", import.meta.resolve("tsx"), join(root, "scripts/advisories.ts"), "--registry", registry];
    execFile(process.execPath, parameters, { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });

/** What the script says where the registry gives that answer to what npm asks it about advisories. */
const outcomeOf = async (answer: (response: ServerResponse) => void, cwd = root, env = process.env): Promise<Outcome> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    if (request.url !== "/-/npm/v1/security/advisories/bulk") return void response.writeHead(404).end("{}");
    void buffer(request).then((body) => {
      const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      asked.push(...Object.keys(JSON.parse(text.toString()) as object));
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    // npm keeps what it made of an advisory.
    const npm_config_cache = mkdtempSync(join(empty, "cache-"));
    return { ...(await script(`http://127.0.0.1:${port}`, cwd, { ...env, npm_config_cache })), asked };
  } finally {
    server.close();
  }
};

const advisory = (severity: string): object => ({
  undici: [
    {
      id: 1,
      url: "https://example.org/advisory",
      title: "It answers twice",
      severity,
      vulnerable_versions: "<999",
      cwe: [],
      cvss: { score: 0, vectorString: null },
    },
  ],
});
const json =
  (value: object) =>
  (response: ServerResponse): void =>
    void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));

test("nothing against any package: it passes, and every package that Retort runs with was asked about", async () => {
  const { code, said, asked } = await outcomeOf(json({}));
  expect(said).toBe("advisories of level high or critical: 0; of a lower level: 0\n");
  expect(code).toBe(0);
  expect(asked).toEqual(expect.arrayContaining(Object.keys(lockedPackages(root)).map((path) => path.split("node_modules/").at(-1)!)));
});

test.each(["high", "critical"])("an advisory of level %s fails it, and is named", async (severity) => {
  const { code, said } = await outcomeOf(json(advisory(severity)));
  expect(said).toContain(`undici (${severity}) <999: It answers twice, https://example.org/advisory\n`);
  expect(said).toContain("advisories of level high or critical: 1; of a lower level: 0\n");
  expect(code).toBe(1);
});

test("one of a lower level is counted, and fails nothing", async () => {
  const { code, said } = await outcomeOf(json(advisory("moderate")));
  expect(said).toBe("advisories of level high or critical: 0; of a lower level: 1\n");
  expect(code).toBe(0);
});

test("a registry without advisories, and none at all, are said, and fail nothing", async () => {
  const refused = await outcomeOf((response) => void response.writeHead(405).end());
  expect(refused.said).toMatch(/^advisories: not checked, the registry gives none: 405 Method Not Allowed - POST http:.*\n$/u);
  expect(refused.code).toBe(0);
  const gone = await script("http://127.0.0.1:1", root, process.env);
  expect(gone.said).toMatch(/^advisories: not checked, the registry gives none: .*ECONNREFUSED.*\n$/u);
  expect(gone.code).toBe(0);
});

test("npm's own setting offline, by which it would report nothing, is not taken for an answer", async () => {
  const { code, said } = await outcomeOf(json(advisory("high")), root, { ...process.env, npm_config_offline: "true" });
  expect(said).toContain("undici (high)");
  expect(code).toBe(1);
});

test("where npm itself has nothing to ask about, it fails", async () => {
  const { code, said } = await outcomeOf(json({}), empty);
  expect(said).toMatch(/^advisories: expected a report of npm audit, got: [^]*ENOLOCK/u);
  expect(code).toBe(1);
});
