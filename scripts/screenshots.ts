/**
 * The pictures of docs/live-page.md: `node --import tsx scripts/screenshots.ts --runs FOLDER`, over a folder with a sweep of
 * experiments/quickstart.json, one of whose runs is at work, and results of figures. Needs `npm run build` and Chromium.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium, type Page } from "playwright-core";
import { openUi } from "../bench/ui-process.ts";
import { root } from "../test/architecture/source.ts";

const { values: flags } = parseArgs({
  options: { runs: { type: "string", default: "runs" }, chromium: { type: "string", default: "/usr/bin/chromium" } },
});
const ui = await openUi(flags.runs);
const browser = await chromium.launch({ executablePath: flags.chromium, args: ["--no-sandbox", "--disable-gpu"] });
const page = await (await browser.newContext({ viewport: { width: 1200, height: 800 } })).newPage();

const shoot = async (
  name: string,
  hash: string,
  content: string,
  prepare?: (shown: Page) => Promise<void>,
): Promise<void> => {
  await page.evaluate(`void (location.hash = ${JSON.stringify(hash)})`);
  await page.locator(content).first().waitFor();
  await prepare?.(page);
  // Charts are drawn a moment after they are there.
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(root, "docs", "images", `live-${name}.png`) });
};

try {
  await page.goto(ui.url);
  await page.locator("table.runs tbody a").first().waitFor();
  const link = (await page.locator("tr", { hasText: "running" }).first().locator("a").getAttribute("href")) ?? "";
  await shoot("runs", "#/runs", "table.runs tbody tr");
  await shoot("curves", `${link}?part=curves`, ".uplot canvas");
  await shoot("rollouts", `${link}?part=rollouts`, ".tokens [role=option]", async (shown) => {
    const token = shown.locator(".tokens .divergence-3, .tokens .divergence-2, .tokens .divergence-1").first();
    await ((await token.count()) > 0 ? token : shown.locator(".tokens [role=option]").first()).hover();
  });
  await shoot("step", `${link}?part=step`, ".report svg");
  const file = decodeURIComponent(link.slice("#/run/".length)).split("/")[0]!;
  await shoot("sweep", `#/sweep/${encodeURIComponent(file)}`, "table.heatmap td");
  const links = await page.evaluate<string[]>(
    "[...document.querySelectorAll('main table:not(.heatmap) th a')].slice(0, 6).map((one) => one.getAttribute('href'))",
  );
  const keys = links.map((one) => decodeURIComponent(one.slice("#/run/".length)));
  const compared = `#/compare?runs=${encodeURIComponent(JSON.stringify(keys))}&bands=1&smooth=0.6`;
  await shoot("compare", compared, ".uplot canvas");
  await shoot("figures", "#/figures", ".report svg");
} finally {
  await browser.close();
  await ui.close();
}
