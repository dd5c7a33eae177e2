/**
 * The live page: `npm run bench -- ui`. Needs `npm run build` and Chromium first. How long its first table of 2,000 runs
 * and a chart of 20 of them take; what a running training pays for it, in pairs of runs with the page and without; and
 * what page and server hold while a run goes on, for `--minutes N`. `--parts looks,cost,held` chooses, `--keep FILE`
 * keeps what was measured and measures it no more, `--write` writes docs/results/live-page.md of what was measured.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { machineHere } from "./machine.ts";
import { median } from "./median.ts";
import { costPairs } from "./ui-cost.ts";
import { firstLooks, heldOver, writeRuns } from "./ui-many.ts";

const { values: flags } = parseArgs({
  options: {
    parts: { type: "string", default: "looks,cost,held" },
    runs: { type: "string", default: "2000" },
    steps: { type: "string", default: "1000" },
    rounds: { type: "string", default: "5" },
    minutes: { type: "string", default: "60" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
    keep: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const has = (part: string): boolean => flags.parts.split(",").includes(part);
const [runs = 0, steps = 0, rounds = 0, minutes = 0] = [flags.runs, flags.steps, flags.rounds, flags.minutes].map(
  Number,
);
const report = (text: string): void => void process.stderr.write(`${text}\n`);
const round = (value: number, digits = 0): string => value.toFixed(digits);

const root = mkdtempSync(join(tmpdir(), "retort-ui-"));
const browser = await chromium.launch({
  executablePath: flags.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});

/** The lines of each part. */
const kept: Record<string, readonly string[]> =
  flags.keep !== undefined && existsSync(flags.keep)
    ? (JSON.parse(readFileSync(flags.keep, "utf8")) as Record<string, readonly string[]>)
    : {};

const looks = async (): Promise<readonly string[]> => {
  const many = join(root, "many");
  mkdirSync(many);
  writeRuns(many, runs, steps);
  report(`${runs} runs of ${steps} steps are written`);
  const all: { table: number; chart: number }[] = [];
  for (let i = 0; i < rounds; i += 1) {
    const look = await firstLooks(many, browser);
    report(`first table ${round(look.table)} ms, chart of 20 runs ${round(look.chart)} ms`);
    all.push(look);
  }
  rmSync(many, { recursive: true });
  return [
    `## ${runs.toLocaleString("en-US")} runs of ${steps.toLocaleString("en-US")} steps`,
    "",
    `A server and a tab that know nothing yet, ${rounds} times; medians in milliseconds, and the slowest.`,
    "",
    "| | median | slowest |",
    "| --- | ---: | ---: |",
    ...(["table", "chart"] as const).map((name) => {
      const times = all.map((look) => look[name]);
      const what = name === "table" ? "first table, from the link on" : "chart of 20 runs, from the click on";
      return `| ${what} | ${round(median(times))} | ${round(Math.max(...times))} |`;
    }),
    "",
  ];
};

const cost = async (): Promise<readonly string[]> => {
  const pairs = await costPairs(root, browser, rounds, ({ alone, shown }) =>
    report(`a step alone ${round(alone, 1)} ms, shown ${round(shown, 1)} ms: ${round(shown / alone, 3)}`),
  );
  const ratios = pairs.map(({ alone, shown }) => shown / alone);
  return [
    "## What a training pays",
    "",
    `experiments/quickstart.json, milliseconds of a step, in ${rounds} pairs of runs: alone, and while a tab in Chromium on`,
    "the same machine shows its curves.",
    "",
    "| alone | shown | ratio |",
    "| ---: | ---: | ---: |",
    ...pairs.map(({ alone, shown }) => `| ${round(alone, 1)} | ${round(shown, 1)} | ${round(shown / alone, 3)} |`),
    "",
    `The median ratio is ${round(median(ratios), 3)}.`,
    "",
  ];
};

const held = async (): Promise<readonly string[]> => {
  const all = await heldOver(join(root, "held"), browser, minutes, ({ minute, page, server }) =>
    report(`minute ${minute}: page ${round(page, 1)} MiB, server ${round(server)} MiB`),
  );
  const every = Math.max(1, Math.floor(minutes / 12));
  return [
    `## ${minutes} minutes of live updates`,
    "",
    "A run that does a step each 200 ms, its curves shown; MiB of JavaScript of the page after a collection, and of the",
    "server's process.",
    "",
    "| minute | page | server |",
    "| ---: | ---: | ---: |",
    ...all
      .filter(({ minute }) => minute % every === 0)
      .map(({ minute, page, server }) => `| ${minute} | ${round(page, 1)} | ${round(server)} |`),
    "",
  ];
};

const parts = { looks, cost, held };
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (!has(name) || kept[name] !== undefined) continue;
    kept[name] = await measure();
    if (flags.keep !== undefined) writeFileSync(flags.keep, JSON.stringify(kept));
  }
} finally {
  await browser.close();
  rmSync(root, { recursive: true, force: true });
}
const { processor, cores, date, versions } = machineHere(1, rounds, [`Chromium ${browser.version()}`]);
const text = [
  "# The live page",
  "",
  `What \`npm run bench -- ui\` measured on ${cores} cores of an ${processor}, ${date}: ${versions.join(", ")}.`,
  "",
  ...Object.keys(parts).flatMap((name) => kept[name] ?? []),
].join("\n");
process.stdout.write(text);
if (flags.write) writeFileSync("docs/results/live-page.md", text);
