/** Tests of the page in Chromium, over a sweep that is really running. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { browserPath, openBrowser, watchedPage } from "../fixtures/browser.ts";
import { hostileText, liveSweep, type LiveSweep } from "../fixtures/live-sweep.ts";
import { writeRunFolder } from "../fixtures/run-folders.ts";

let live: LiveSweep;
let browser: Browser;
/** Keys of the run that is at work, of the stranger's, and of one that is done. */
let [running, stranger, done] = ["", "", ""];

const rows = async (): Promise<readonly { key: string; status: string; step: number }[]> => {
  const { origin, searchParams } = new URL(live.server.url);
  const response = await fetch(`${origin}/api/runs`, { headers: { authorization: `Bearer ${searchParams.get("token")}` } });
  return ((await response.json()) as { rows: { key: string; status: string; step: number }[] }).rows;
};

const opened = async (options: BrowserContextOptions = {}, expected?: RegExp) => {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const watched = await watchedPage(context, expected);
  await watched.page.goto(live.server.url);
  await watched.page.waitForSelector("h1");
  return { ...watched, context };
};

const goto = async (page: Page, hash: string, heading: RegExp): Promise<void> => {
  await page.evaluate(`void (location.hash = ${JSON.stringify(hash)})`);
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
};
const runAt = (key: string, part: string): string => `#/run/${encodeURIComponent(key)}?part=${part}`;

/** What axe-core finds. */
interface Fault {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

const faults = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ readonly violations: readonly Fault[] }>("axe.run()");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 200)}`));
};

// Chromium is a package of the system, which npm does not install.
const inBrowser = describe.skipIf(browserPath === undefined);

inBrowser("the page", () => {
  beforeAll(async () => {
    [live, browser] = await Promise.all([liveSweep(), openBrowser()]);
    const all = await vi.waitFor(
      async () => {
        const known = await rows();
        if (!known.some(({ status, step }) => status === "running" && step > 60)) throw new Error("no run has begun");
        return known;
      },
      { timeout: 60_000, interval: 500 },
    );
    const keyOf = (is: (row: (typeof all)[number]) => boolean): string => all.find(is)!.key;
    running = keyOf(({ status }) => status === "running");
    stranger = keyOf(({ key }) => key.startsWith("strangers/"));
    done = keyOf(({ key, status }) => status === "done" && key.startsWith("alpha/"));
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await live?.close();
  });

  const pages = (): readonly (readonly [hash: string, heading: RegExp, content: string])[] => {
    const compared = `#/compare?runs=${encodeURIComponent(JSON.stringify([running, done]))}`;
    return [
      ["#/runs", /^Runs$/u, "table.runs tbody tr"],
      [runAt(running, "curves"), /alpha=/u, ".uplot canvas"],
      [runAt(running, "rollouts"), /alpha=/u, ".tokens [role=option]"],
      [runAt(running, "step"), /alpha=/u, ".report svg"],
      [runAt(running, "settings"), /alpha=/u, "table tbody tr"],
      [runAt(running, "log"), /alpha=/u, ".log"],
      [runAt(stranger, "rollouts"), /stranger/u, ".rollouts li"],
      [compared, /Compare/u, ".uplot canvas"],
      ["#/sweeps", /Sweeps/u, "main a[href^='#/sweep/']"],
      [`#/sweep/${encodeURIComponent("alpha")}`, /alpha/u, "table.heatmap td"],
      ["#/figures", /Figures/u, ".report svg"],
    ];
  };

  test.each([
    [1400, "light"],
    [1400, "dark"],
    [400, "light"],
    [400, "dark"],
  ] as const)(
    "is whole at %d pixels, %s: no fault of access, no error, nothing wider than the window, nothing from elsewhere",
    { timeout: 120_000 },
    async (width, colorScheme) => {
      const { page, problems, foreign, context } = await opened({ viewport: { width, height: 800 }, colorScheme });
      for (const [hash, heading, content] of pages()) {
        await goto(page, hash, heading);
        await page.locator(content).first().waitFor({ state: "attached", timeout: 20_000 });
        expect([hash, await faults(page)]).toEqual([hash, []]);
        const room = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect([hash, room <= 0]).toEqual([hash, true]);
      }
      expect([problems, foreign]).toEqual([[], []]);
      await context.close();
    },
  );

  test("goes on by itself while a run is at work, in two tabs", async () => {
    const tabs = [await opened(), await opened()];
    const progress = (page: Page) =>
      page
        .locator("tr", { has: page.locator(`a[href="#/run/${encodeURIComponent(running)}"]`) })
        .locator(".steps")
        .innerText();
    const before = await Promise.all(tabs.map(({ page }) => progress(page)));
    for (const [i, { page }] of tabs.entries()) await expect.poll(() => progress(page), { timeout: 10_000 }).not.toBe(before[i]);
    for (const { context, problems } of tabs) {
      expect(problems).toEqual([]);
      await context.close();
    }
  });

  test("works by keyboard alone: find, open, go through tokens, compare", { timeout: 60_000 }, async () => {
    const { page, problems, context } = await opened();
    const focused = () => page.evaluate<string>("document.activeElement?.textContent ?? ''");
    const tabTo = async (is: () => Promise<boolean>): Promise<void> => {
      for (let i = 0; i < 200; i += 1) {
        if (await is()) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`the keyboard does not get there: ${await focused()}`);
    };
    const onElement = (selector: string) => () =>
      page.evaluate<boolean>(`document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the contents");
    await tabTo(onElement("input[type=search]"));
    await page.keyboard.type("running");
    await expect.poll(() => page.locator("table.runs tbody tr").count()).toBe(1);
    await tabTo(onElement("table.runs tbody a"));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /alpha=/u }).waitFor();
    await tabTo(async () => (await focused()) === "Rollouts");
    await page.keyboard.press("Enter");
    await page.locator(".tokens [role=option]").first().waitFor();
    await tabTo(onElement(".tokens, .tokens [role=option]"));
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.locator(".panel").innerText()).toMatch(/nats/u);
    await page.keyboard.press("Escape");
    await page.goBack();
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: /^Runs$/u }).waitFor();
    await page.getByLabel("Find").focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await expect.poll(() => page.locator("table.runs tbody tr").count()).toBeGreaterThan(2);
    for (const wanted of [0, 1]) {
      await page.locator("table.runs tbody input[type=checkbox]").nth(wanted).focus();
      await page.keyboard.press("Space");
    }
    await page.getByRole("button", { name: /^Compare/u }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /Compare/u }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  test("shows what strangers wrote as text, control characters made visible, and a damaged line as one", async () => {
    const { page, problems, context } = await opened();
    for (const part of ["rollouts", "settings", "curves", "log", "step"]) {
      await goto(page, runAt(stranger, part), /stranger/u);
      await page.locator("main").waitFor();
      await expect.poll(() => page.locator("main").innerText()).toContain("\\u001b[2J\\u202egnihtemos");
    }
    await goto(page, runAt(stranger, "rollouts"), /stranger/u);
    await page.getByText("<b>bold</b>").first().waitFor();
    expect(await page.evaluate("[window.hacked ?? 0, document.querySelectorAll('main img, main script').length]")).toEqual([0, 0]);
    expect(await page.locator("main").innerText()).toMatch(/metrics\.jsonl/u);
    expect(await page.content()).not.toContain(hostileText);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a run that began in the future, by its clock, began just now", async () => {
    const { page, context } = await opened();
    const row = page.locator("tr", { hasText: "strangers" });
    expect(await row.innerText()).toContain("just now");
    expect(await page.locator("table.runs").innerText()).not.toMatch(/-\d/u);
    await context.close();
  });

  test("a run that is removed while it is shown is said to be gone, and the page goes on", async () => {
    const folder = writeRunFolder(live.out, { file: "short", name: "run", values: { seed: 1 }, accuracy: 0.5 });
    const key = folder.slice(live.out.length + 1);
    const { page, context } = await opened({}, /404/u);
    await goto(page, runAt(key, "settings"), /run/u);
    rmSync(join(live.out, "short"), { recursive: true });
    await page
      .getByText(/removed/u)
      .first()
      .waitFor({ timeout: 10_000 });
    await goto(page, "#/runs", /^Runs$/u);
    expect(await page.locator("table.runs").innerText()).not.toContain("short");
    await context.close();
  });

  test("a server that restarts is found again, without the link", { timeout: 60_000 }, async () => {
    const { page, context } = await opened({}, /ERR_|Failed to load/u);
    await page.getByRole("status").filter({ hasText: "live" }).first().waitFor();
    await live.restart();
    await page.getByText(/live; the server restarted/u).waitFor({ timeout: 20_000 });
    await context.close();
  });

  test("without the link nothing is shown but what to do", async () => {
    const context = await browser.newContext();
    const { page } = await watchedPage(context, /401/u);
    await page.goto(new URL(live.server.url).origin);
    expect(await page.locator("body").innerText()).toContain("needs the link that retort ui printed");
    await context.close();
  });

  test("stops a run when it is told to twice, shows the command, and offers to go on", { timeout: 120_000 }, async () => {
    const { page, problems, context } = await opened();
    const now = (await rows()).find(({ status }) => status === "running")!.key;
    await goto(page, runAt(now, "curves"), /alpha=/u);
    // A second press counts for five seconds, which may be too few on a machine that is busy.
    await vi.waitFor(
      async () => {
        await page.getByRole("button", { name: /^Stop/u }).click({ timeout: 6000 });
        await page.getByRole("button", { name: /Really stop/u }).click({ timeout: 4000 });
      },
      { timeout: 50_000, interval: 100 },
    );
    await page
      .getByText(/kill \d+/u)
      .first()
      .waitFor();
    await page.getByText("interrupted").first().waitFor({ timeout: 20_000 });
    await page.getByRole("button", { name: "Resume" }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});
