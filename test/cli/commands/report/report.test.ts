/** Tests of `retort report`: what the page holds, and what Chromium makes of it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { readExperiment } from "../../../../src/experiments/file/extended-source.ts";
import { writeFigure } from "../../../../src/reproduction/figure-results.ts";
import { madeCurves, madeSteps } from "../../../reports/made-curves.ts";
import { madeFigure } from "../../../reports/made-figure.ts";
import { writeMadeRun, writeMadeSweep } from "../../../reports/made-runs.ts";
import { recorder } from "../../recorder.ts";

const root = mkdtempSync(join(tmpdir(), "retort-report-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const path = join(root, "report.html");
const runs = join(root, "runs");
const [runPath, sweepPath] = [join(root, "run.html"), join(root, "sweep.html")];
const discussion = join(root, "why.md");
const chromium = "/usr/bin/chromium";

const report = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["report", ...args], terminal), output: output(), errors: errors() };
};

interface Found {
  readonly textContent: string;
  readonly tagName: string;
  getAttribute(name: string): string | null;
}

const all = (selector: string): readonly Found[] => {
  const parsed: unknown = parseHTML(readFileSync(path, "utf8"));
  const { document } = parsed as { readonly document: { querySelectorAll(chosen: string): Iterable<Found> } };
  return [...document.querySelectorAll(selector)];
};

/** What a link of the page saves under a name. */
const saved = (name: string): string => {
  const href = all(`a[download="${name}"]`)[0]!.getAttribute("href")!;
  return decodeURIComponent(href.slice(href.indexOf(",") + 1));
};

describe.sequential("retort report", () => {
  beforeAll(async () => {
    await writeFigure(root, madeFigure);
    writeFileSync(join(root, "figure-8.machine.json"), JSON.stringify({ machine: { processor: "<b>" }, jobs: 2, elapsed: 300_000 }));
    writeFileSync(discussion, "# Why\n\n## <i>Noise</i> (figures 4, 8)\n\nIt is *so* <b>bold</b>.\n\n## Other (figure 9)\n\nNot here.\n");
    expect(await report(root, "--out", path, "--discussion", discussion)).toMatchObject({ code: 0, errors: "" });
  });

  test("has every claim of the figure with its verdict", () => {
    const { claims } = readExperiment("experiments/paper/figure-8.json").value as unknown as { claims: { statement: string }[] };
    const rows = all("th.claim").map(({ textContent }) => textContent);
    expect(rows).toHaveLength(claims.length);
    claims.forEach(({ statement }, i) => expect(rows[i]).toContain(statement));
    expect(all("td.outcome").map(({ textContent }) => textContent)).toEqual([
      "replicated",
      "replicated",
      "replicated",
      // Of forward KL alone, which the paper has.
      "replicated in direction and size",
      "not replicated",
    ]);
  });

  test("has the mean of every setting, and the same numbers as CSV", () => {
    const means = all("[aria-label='Figure 8: means'] tbody th[scope=row]");
    const values = all("[aria-label='Figure 8: values of each axis'] tbody th");
    expect(values.map(({ textContent }) => textContent)).toEqual([
      ...Array<string>(5).fill("onPolicyFraction"),
      "divergence",
      "divergence",
    ]);
    expect(means).toHaveLength(2 * 10);
    expect(all("td.number").some(({ textContent }) => textContent === "0.135 [0.125, 0.145]")).toBe(true);
    const csv = saved("figure-8.csv").trim();
    expect(csv.split("\r\n")).toHaveLength(11);
    expect(csv).toContain("/data/onPolicyFraction,/objective/divergence,accuracy/seeds,accuracy,accuracy/low,accuracy/high");
    const plotted = saved("figure-8-accuracy.csv").trim().split("\r\n");
    expect(plotted.slice(0, 2)).toEqual([
      "onPolicyFraction,divergence,accuracy,accuracy/low,accuracy/high,accuracy/paper",
      "0,forward-kl,0.135,0.125,0.145,0.0713",
    ]);
    expect(plotted).toHaveLength(11);
  });

  test("shows what strangers wrote as text, runs nothing and fetches nothing", () => {
    expect(all("script, img, link, iframe, b")).toEqual([]);
    expect(all("section p")[0]!.textContent).toContain(madeFigure.question);
    expect(
      all(".legend li")
        .map(({ textContent }) => textContent)
        .join(""),
    ).toContain("<script>");
    const addresses = all("[href], [src]").flatMap((element) => [element.getAttribute("href"), element.getAttribute("src")]);
    for (const address of addresses) expect(address ?? "#").toMatch(/^(?:#|data:text\/csv)/u);
  });

  test("names tables, columns and plots for those who hear them", () => {
    for (const table of all("table")) expect(table.textContent).not.toBe("");
    expect(all("table > caption")).toHaveLength(all("table").length);
    expect(all("thead th:not([scope=col])")).toEqual([]);
    expect(all("[role=img]").length).toBeGreaterThan(0);
    for (const plot of all("[role=img]")) expect(plot.getAttribute("aria-label")).toContain("Line plot of accuracy");
    expect(all("header, nav, main, footer")).toHaveLength(4);
  });

  test("has the discussion beside the verdicts, as text", () => {
    expect(all(".discussion h4").map(({ textContent }) => textContent)).toEqual(["<i>Noise</i> (figures 4, 8)"]);
    expect(all(".discussion p").at(-1)!.textContent).toBe("It is so <b>bold</b>.");
    expect(all(".discussion em")).toHaveLength(1);
  });

  test("says the same as Markdown, in which strangers' text stays text", async () => {
    const file = join(root, "figures.md");
    expect(await report(root, "--markdown", file, "--discussion", discussion)).toMatchObject({
      code: 0,
      output: expect.stringContaining("1 figure\n") as string,
    });
    const text = readFileSync(file, "utf8");
    expect(text).toContain("## Figure 8\n");
    expect(text).toContain("Discussion: [\\<i\\>Noise\\</i\\> (figures 4, 8)](why.md#inoisei-figures-4-8).\n");
    expect(text).toMatch(/^\| Lambda 1 is more accurate than lambda 0, whatever the divergence\. \| claim 1 \| replicated \|/mu);
    // In the table of all claims, and in the figure's.
    expect(text.match(/ \| not replicated \| /gu)).toHaveLength(2);
    expect(text).toContain("| 0 | forward-kl | 0.135 \\[0.125, 0.145\\] | 0.0713 |");
    expect(text).toContain("## All claims\n");
    expect(text).not.toMatch(/(?<!\\)</u);
    // Every row of a table has the cells of its head.
    for (const block of text.split("\n\n").filter((part) => part.startsWith("|"))) {
      const cells = block
        .trim()
        .split("\n")
        .map((line) => line.match(/(?<!\\)\|/gu)!.length);
      expect(new Set(cells).size).toBe(1);
    }
  });

  test("shows the plots of the same call in Markdown, and a discussion that is in the folder, whole", async () => {
    const study = join(root, "study");
    mkdirSync(study);
    await writeFigure(study, madeCurves);
    writeFileSync(join(study, "figure-5.machine.json"), JSON.stringify({ steps: madeSteps }));
    writeFileSync(
      join(study, "discussion.md"),
      "## How it was made\n\nSee [why](why.md).\n\n### Tried\n\n## What alpha does (figure 5)\n\nMuch.\n\n### More\n",
    );
    const [file, plots, html] = [join(root, "study.md"), join(study, "plots (1)"), join(root, "study.html")];
    expect(await report(study, "--markdown", file, "--png", plots, "--out", html)).toMatchObject({ code: 0, errors: "" });
    const text = readFileSync(file, "utf8");
    const shown = [...text.matchAll(/^!\[(?:[^\]\\]|\\.)*\]\(([^)]+)\)$/gmu)].map(([, address]) => decodeURIComponent(address!));
    expect(shown.toSorted()).toEqual(
      readdirSync(plots)
        .filter((name) => name.endsWith(".png"))
        .map((name) => `study/plots (1)/${name}`),
    );
    expect(shown).toContain("study/plots (1)/figure-5-rouge-2-over-minutes.png");
    const headings = [...text.matchAll(/^#+ .+$/gmu)].map(([heading]) => heading);
    expect(headings).toEqual([
      "# The paper's figures on SmolLM2-135M",
      "## All claims",
      "## How it was made",
      "### Tried",
      "## Figure 5",
      "### alpha against the ends",
      "### What alpha does (figure 5)",
      "#### More",
      "### Completions",
    ]);
    expect(text).toContain("See [why](study/why.md).");
    expect(text).toContain("- rouge-2: above both ends is alpha 0.5 (by 5.05 \\[");
    expect(text).toContain("- entailment: no alpha between is above both ends by intervals that exclude 0.");
    expect(text).toContain("thirty layers");
    const page = readFileSync(html, "utf8");
    expect(page).toContain("<h1>The paper&#39;s figures on SmolLM2-135M</h1>");
    expect(page.indexOf("How it was made</h2>")).toBeLessThan(page.indexOf("Figure 5</h2>"));
    expect(page).toContain('aria-label="Figure 5: alpha against the ends"');
    expect(page.match(/aria-label="Completions of figure 5, run rl-gkd, alpha/gu)).toHaveLength(3);
    expect(page).not.toContain("<img");
    // Without plots of the same call there are none in the page.
    await report(study, "--markdown", file);
    expect(readFileSync(file, "utf8")).not.toContain("![");
  });

  test("refuses results of two scales", async () => {
    const mixed = join(root, "mixed");
    mkdirSync(mixed);
    await writeFigure(mixed, madeCurves);
    await writeFigure(mixed, madeFigure);
    const { code, errors } = await report(mixed, "--out", join(root, "mixed.html"));
    expect([code, existsSync(join(root, "mixed.html"))]).toEqual([2, false]);
    expect(errors).toContain("expected results of one scale, got figure 5 of scale pretrained and figure 8 of scale small");
  });

  test("refuses a folder without results", async () => {
    const { code, errors } = await report(join(root, "nothing"), "--out", path);
    expect(code).toBe(2);
    expect(errors).toContain("expected a folder of results");
    const missing = await report(root, "--out", path, "--discussion", join(root, "none.md"));
    expect([missing.code === 0, missing.errors.includes("none.md")]).toEqual([false, true]);
  });

  test("writes each plot as a file, with its numbers", async () => {
    const plots = join(root, "plots");
    expect(await report(root, "--svg", plots)).toMatchObject({
      code: 0,
      output: expect.stringContaining("1 plot as SVG and CSV") as string,
    });
    expect(readdirSync(plots).toSorted()).toEqual(["figure-8-accuracy.csv", "figure-8-accuracy.svg"]);
    expect(readFileSync(join(plots, "figure-8-accuracy.svg"), "utf8")).toMatch(/^<svg xmlns=/u);
    const bitmaps = join(root, "bitmaps");
    expect((await report(root, "--png", bitmaps)).output).toContain("1 plot as PNG and CSV");
    expect(readdirSync(bitmaps).toSorted()).toEqual(["figure-8-accuracy.csv", "figure-8-accuracy.png"]);
  });

  test("judges the claims of a file by the runs of a sweep, and of nothing else", async () => {
    const file = "experiments/paper/figure-8.json";
    const folder = writeMadeSweep(join(root, "judged"));
    const page = join(root, "judged.html");
    const unclaimed = join(root, "unclaimed.json");
    writeFileSync(unclaimed, JSON.stringify({ extends: resolve("experiments/quickstart.json"), sweep: { axes: { "/seed": [0, 1] } } }));
    expect(await report(folder, "--claims", file, "--out", page)).toMatchObject({ code: 0 });
    expect(readFileSync(page, "utf8").match(/class="outcome not-run"/gu)).toHaveLength(5);
    const refusals = [
      [await report(root, "--claims", file), "got results of figures, which have their own"],
      [await report(writeMadeRun(join(root, "one")), "--claims", file), "got one run; name the folder around it"],
      [await report(folder, "--claims", "experiments/quickstart.json"), "the file has no sweep"],
      [await report(folder, "--claims", unclaimed), 'expected "claims", got none'],
    ] as const;
    for (const [{ code, errors }, message] of refusals) {
      expect(code).toBe(2);
      expect(errors).toContain(message);
    }
  });

  test("reports a run and a sweep, and refuses the runs of several files", async () => {
    expect(await report(writeMadeRun(runs), "--out", runPath)).toMatchObject({
      code: 0,
      output: expect.stringContaining("1 run\n") as string,
    });
    expect(await report(writeMadeSweep(runs), "--out", sweepPath)).toMatchObject({
      code: 0,
      output: expect.stringContaining("6 runs\n") as string,
    });
    const { code, errors } = await report(runs, "--out", runPath);
    expect([code, errors]).toEqual([2, expect.stringContaining("expected the runs of one experiment file, got those of 2") as string]);
    expect((await report(runPath.replace("run.html", "runs/single"), "--markdown", path)).code).toBe(2);
  });

  // Needs Debian's package chromium.
  test.skipIf(!existsSync(chromium))("opens from the disk in Chromium without an error, on a telephone and on a desk", () => {
    const shown = (file: string, ...flags: string[]): string => {
      const settings = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        `--user-data-dir=${join(root, "profile")}`,
      ];
      const { status, stdout, stderr } = spawnSync(chromium, [...settings, ...flags, pathToFileURL(file).href], {
        encoding: "utf8",
        timeout: 90_000,
      });
      expect(status).toBe(0);
      expect(stderr).not.toContain("CONSOLE");
      return stdout;
    };
    for (const file of [path, runPath, sweepPath]) {
      const screenshot = `${file}.png`;
      const dom = shown(file, "--dump-dom", "--window-size=400,900");
      expect(dom).toContain("Made by");
      expect(dom).not.toMatch(/<script|<img/u);
      shown(file, `--screenshot=${screenshot}`, "--window-size=1400,900");
      expect(statSync(screenshot).size).toBeGreaterThan(10_000);
    }
  });
});
