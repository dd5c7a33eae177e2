/** What a running training pays for the page that somebody looks at meanwhile. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { openUi } from "./ui-process.ts";

/** Steps of a run, and those at its beginning that do not count. */
const [steps, warmUp] = [400, 40];

/** Mean milliseconds of the steps of the run below a folder. */
const stepTime = (out: string): number => {
  const runs = join(out, "quickstart");
  const folder = join(
    runs,
    readdirSync(runs).find((name) => name.startsWith("run-"))!,
  );
  const lines = readFileSync(join(folder, "timings.jsonl"), "utf8").trim().split("\n").slice(warmUp);
  const times = lines.map((line) => (JSON.parse(line) as { readonly milliseconds: number }).milliseconds);
  return times.reduce((sum, time) => sum + time, 0) / times.length;
};

const train = (out: string, cache: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const overrides = [`/training/steps=${steps}`, "/evaluation/prompts=1", "/evaluation/every=0"];
    const words = ["run", "experiments/quickstart.json", ...overrides, "--quiet", "--out", out, "--cache", cache];
    const child = spawn(process.execPath, ["dist/cli/retort.js", ...words], { stdio: ["ignore", "ignore", "inherit"] });
    child.once("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`ui: expected a run, got exit code ${code}`)),
    );
  });

/** Milliseconds of a step while a page shows the run's curves. */
const watched = async (out: string, cache: string, browser: Browser): Promise<number> => {
  mkdirSync(out, { recursive: true });
  const ui = await openUi(out);
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  try {
    const page = await context.newPage();
    await page.goto(ui.url);
    const trained = train(out, cache);
    await page.locator("table.runs tbody a").first().click({ timeout: 60_000 });
    await page.locator(".uplot canvas").first().waitFor();
    await trained;
    return stepTime(out);
  } finally {
    await context.close();
    await ui.close();
  }
};

/** Milliseconds of a step without a page and with one, in one pair after the other; the stages are made first. */
export const costPairs = async (
  root: string,
  browser: Browser,
  rounds: number,
  report: (pair: { readonly alone: number; readonly shown: number }) => void,
): Promise<readonly { readonly alone: number; readonly shown: number }[]> => {
  const cache = join(root, "cache");
  await train(join(root, "first"), cache);
  const pairs: { alone: number; shown: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const alone = async (): Promise<number> => {
      await train(join(root, `alone-${round}`), cache);
      return stepTime(join(root, `alone-${round}`));
    };
    const shown = (): Promise<number> => watched(join(root, `shown-${round}`), cache, browser);
    // Whoever is second may find another machine: they take turns.
    const pair =
      round % 2 === 0 ? { alone: await alone(), shown: await shown() } : { shown: await shown(), alone: await alone() };
    pairs.push(pair);
    report(pair);
  }
  return pairs;
};
