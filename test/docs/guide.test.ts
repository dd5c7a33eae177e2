/**
 * The guide as its reader walks it: from an empty folder with the package's tarball, one page after the other, each file written as it stands and each
 * command run as it stands, which prints what the page says. Left out where the npm registry cannot be reached.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { installPackage, isRegistryReached, userEnvironment } from "../fixtures/installed-package.ts";
import { packPackage, run } from "../fixtures/packed-package.ts";
import { differenceOf, guideSteps } from "./guide-steps.ts";
import { guidePages } from "./pages.ts";

vi.setConfig({ testTimeout: 2_000_000, hookTimeout: 600_000 });

// Without the registry there is nothing to install the libraries from.
describe.skipIf(!isRegistryReached())("the guide", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "retort-guide-")));

  beforeAll(async () => {
    await packPackage(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What a command printed, with paths as from the reader's folder; with its errors where it failed, since pages show those. */
  const printed = (command: string): { status: number | null; text: string; errors: string } => {
    const { stdout, stderr, status } = spawnSync("sh", ["-c", command], { cwd: folder, env: userEnvironment, encoding: "utf8" });
    return { status, text: (status === 0 ? stdout : stdout + stderr).replaceAll(`${folder}/`, ""), errors: stderr };
  };

  test.each(guidePages)("%s works as it stands", async (page) => {
    for (const step of guideSteps(page)) {
      if ("file" in step) {
        writeFileSync(join(folder, step.file), step.text);
        continue;
      }
      if (step.shown === undefined && step.command.startsWith("npm install ")) {
        await installPackage(folder, (environment) => run(folder, "sh", ["-c", step.command], environment));
        continue;
      }
      const { status, text, errors } = printed(step.command);
      if (step.shown === undefined) expect(status, `${step.command}\n${errors}`).toBe(0);
      else expect(differenceOf(step.shown, text), `${step.command}\n${errors}`).toBeUndefined();
    }
  });

  test("the page of metrics names all that its runs have", () => {
    const page = readFileSync("docs/guide/reading.md", "utf8");
    const runs = join(folder, "runs/rewarded");
    const metricsOf = (run: string): string[] =>
      readFileSync(join(runs, run, "metrics.jsonl"), "utf8")
        .trimEnd()
        .split("\n");
    const lines = readdirSync(runs).flatMap(metricsOf);
    const names = new Set(lines.flatMap((line) => Object.keys((JSON.parse(line) as { metrics: object }).metrics)));
    // A page has one row for each objective, divergence, reward and range of positions, and for the sequences of all writers.
    const general = [...names].map((name) =>
      name
        .replace(/^(objective|divergence|weight|reward|evaluation\/reward)\/[^/]+$/u, "$1/<name>")
        .replace(/^gradient\/\w+\/norm$/u, "gradient/<name>/norm")
        .replace(/^gradient\/\w+~\w+\//u, "gradient/<a>~<b>/")
        .replace(/^inspection\/(?:own|other)-prefixes\//u, ".../")
        .replace(/\/position-[\d-]+$/u, "/position-<from>-<to>")
        .replace(/^.*\/spread$/u, ".../spread"),
    );
    expect(general.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
