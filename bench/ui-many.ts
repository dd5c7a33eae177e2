/** Thousands of runs on the page: how long its first table and a chart take, and whether it grows while runs go on. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { contentHash } from "../src/files/canonical-json.ts";
import { lockFolder } from "../src/runs/folder/lock.ts";
import { openUi, type OpenUi } from "./ui-process.ts";

/** Names of the metrics of a step, as many as a usual run has. */
const names = [
  "loss",
  "reward",
  "divergence/forward-kl",
  "divergence/reverse-kl",
  "gradient/norm",
  "policy/entropy",
  "policy/log-prob",
  "rollouts/length",
  "rollouts/truncated",
  "objective/weight",
  "learning-rate",
  "on-policy-fraction",
];

const stepLine = (run: number, step: number, steps: number): string => {
  const metrics = Object.fromEntries(names.map((name, i) => [name, Math.sin(run + i + step / 50) + 1 / step]));
  return `${JSON.stringify({ kind: "step", step, steps, metrics, tokens: 512 })}\n`;
};

const timingLine = (step: number): string =>
  `${JSON.stringify({ step, milliseconds: 50 + (step % 7), rollouts: 30, update: 20, tokens: 512 })}\n`;

/** Writes runs with their steps below a folder. */
export const writeRuns = (root: string, count: number, steps: number): void => {
  for (let run = 0; run < count; run += 1) {
    const alpha = (run % 20) / 20;
    const values = { seed: Math.floor(run / 20), objective: { type: "gkd", alpha }, training: { steps } };
    const id = contentHash(values);
    const folder = join(root, `sweep-${run % 10}`, `trial-${id.slice(0, 16)}`);
    mkdirSync(folder, { recursive: true });
    const started = new Date(1.7e12 + 60_000 * run).toISOString();
    const axes = { "/objective/alpha": alpha, "/seed": values.seed };
    const setting = contentHash({ ...values, seed: 0 });
    const facts = {
      name: "trial",
      label: `alpha ${alpha} seed ${values.seed}`,
      id,
      setting,
      file: "sweep.json",
      values,
      axes,
    };
    const manifest = {
      ...facts,
      question: "Does it stay fluid?",
      status: "done",
      started,
      finished: started,
      engine: { name: "onnx" },
    };
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
    const lines = Array.from({ length: steps }, (_, i) => i + 1);
    writeFileSync(join(folder, "metrics.jsonl"), lines.map((step) => stepLine(run, step, steps)).join(""));
    writeFileSync(join(folder, "timings.jsonl"), lines.map(timingLine).join(""));
    const metrics = { accuracy: (run % 101) / 100, loss: 1 / (run + 1) };
    writeFileSync(join(folder, "summary.json"), JSON.stringify({ milliseconds: 60_000, metrics }));
  }
};

/** Milliseconds until the page shows what a selector names. */
const timeTo = async (page: Page, go: () => Promise<unknown>, selector: string): Promise<number> => {
  const start = performance.now();
  await go();
  await page.locator(selector).first().waitFor({ state: "attached" });
  return performance.now() - start;
};

/** Milliseconds of the first table, and of a chart of 20 runs, each in a server and a tab that know nothing yet. */
export const firstLooks = async (
  root: string,
  browser: Browser,
): Promise<{ readonly table: number; readonly chart: number }> => {
  const ui = await openUi(root);
  try {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    const page = await context.newPage();
    const table = await timeTo(page, () => page.goto(ui.url), "table.runs tbody tr:nth-child(50)");
    const links = await page.evaluate<string[]>(
      "[...document.querySelectorAll('table.runs tbody a')].slice(0, 20).map((link) => link.getAttribute('href'))",
    );
    const keys = links.map((link) => decodeURIComponent(link.slice("#/run/".length)));
    const hash = `#/compare?runs=${encodeURIComponent(JSON.stringify(keys))}`;
    const chart = await timeTo(
      page,
      () => page.evaluate(`void (location.hash = ${JSON.stringify(hash)})`),
      ".uplot canvas",
    );
    await context.close();
    return { table, chart };
  } finally {
    await ui.close();
  }
};

/** What the page and its server hold, in MiB. */
export interface Held {
  readonly minute: number;
  readonly page: number;
  readonly server: number;
}

const heldBy = async (page: Page, ui: OpenUi, minute: number): Promise<Held> => {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = (await session.send("Runtime.getHeapUsage")) as { usedSize: number };
  await session.detach();
  const kilobytes = Number(/^VmRSS:\s*(\d+)/mu.exec(readFileSync(`/proc/${ui.pid}/status`, "utf8"))?.[1] ?? 0);
  return { minute, page: usedSize / 2 ** 20, server: kilobytes / 1024 };
};

/** What is held while a run does a step each 200 ms and its curves are shown, minute by minute. */
export const heldOver = async (
  root: string,
  browser: Browser,
  minutes: number,
  report: (held: Held) => void,
): Promise<readonly Held[]> => {
  const folder = join(root, "live", `run-${"a".repeat(16)}`);
  mkdirSync(folder, { recursive: true });
  const values = { seed: 0, training: { steps: 1_000_000 } };
  const started = new Date().toISOString();
  const manifest = {
    name: "run",
    label: "run",
    id: "a".repeat(64),
    file: "live.json",
    question: "",
    values,
    status: "running",
    started,
    engine: { name: "onnx" },
  };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  const lock = await lockFolder(folder);
  const ui = await openUi(root);
  try {
    const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
    await page.goto(ui.url);
    let step = 0;
    const write = (): void => {
      step += 1;
      appendFileSync(join(folder, "metrics.jsonl"), stepLine(0, step, 1_000_000));
      appendFileSync(join(folder, "timings.jsonl"), timingLine(step));
    };
    // A curve of one step is said in words.
    while (step < 10) write();
    const link = `#/run/${encodeURIComponent(`live/run-${"a".repeat(16)}`)}?part=curves`;
    await page.evaluate(`void (location.hash = ${JSON.stringify(link)})`);
    await page.waitForSelector(".uplot canvas");
    const all: Held[] = [];
    for (let minute = 0; minute <= minutes; minute += 1) {
      const held = await heldBy(page, ui, minute);
      all.push(held);
      report(held);
      if (minute === minutes) break;
      for (let i = 0; i < 300; i += 1) {
        write();
        await pause(200);
      }
    }
    return all;
  } finally {
    await ui.close();
    if ("release" in lock) await lock.release();
  }
};
