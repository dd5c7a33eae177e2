/**
 * `npm run bench -- trl --python PYTHON [--rounds 5] [--works NAME,...] [--parts NAME,...] [--growth] [--threads 2]
 * [--keep FILE] [--write]`: one step of on-policy GKD in Retort beside TRL's own trainer, on works of several sizes, in
 * turn; and beside it completions alone, starting, sweeps and what the machine can do. PYTHON has torch, transformers,
 * trl and datasets. The command `retort` is compiled first where its source has changed.
 *
 * `--growth` also measures the work mini with one thing changed at a time. `--keep FILE` writes each part into a file
 * of JSON when it is done, and does not measure again what the file has. `--steps` has all works take other numbers of
 * steps, to try the bench. `--json` prints data, and `--write` writes docs/results/speed.md when all works ran. Linux.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { installedTensorFlow, tensorFlowVersion } from "../src/engine/tensorflow/library/folder.ts";
import { report } from "./contest.ts";
import { machineHere } from "./machine.ts";
import { withConclusions } from "./markdown.ts";
import { measureDraws, measurePeaks, measureStarts, measureSweeps, type Measuring } from "./trl-beside.ts";
import { missingFor, openFolder, root, writeFiles } from "./trl-files.ts";
import { measuredPage, type TrlResults } from "./trl-page.ts";
import { pythonVersions } from "./trl-python.ts";
import { takeRound, type Place } from "./trl-round.ts";
import { contenders as all, growthWith, worksWith, type Round, type Rounds, type TrlWork } from "./trl-works.ts";

const parts = ["works", "draws", "start", "sweep", "peaks"] as const;

const { values: flags } = parseArgs({
  options: {
    python: { type: "string" },
    rounds: { type: "string", default: "5" },
    works: { type: "string" },
    parts: { type: "string" },
    growth: { type: "boolean", default: false },
    threads: { type: "string", default: "2" },
    steps: { type: "string" },
    keep: { type: "string" },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const positive = (name: "rounds" | "threads" | "steps", text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`trl: expected --${name} to be a whole number above 0, got ${text}`);
  return value;
};

const chosen = (name: "works" | "parts", possible: readonly string[]): readonly string[] => {
  const names = flags[name]?.split(",") ?? possible;
  const unknown = names.find((each) => !possible.includes(each));
  if (unknown !== undefined)
    throw new RangeError(`trl: expected --${name} among ${possible.join(", ")}, got ${unknown}`);
  return names;
};

if (flags.python === undefined)
  throw new RangeError("trl: expected --python PYTHON, one that has torch, transformers, trl and datasets");
if (flags.write && (flags.works ?? flags.parts ?? flags.steps) !== undefined)
  throw new RangeError("trl: expected no --works, --parts or --steps with --write: the page has all of them");

const [rounds, threads] = [positive("rounds", flags.rounds), positive("threads", flags.threads)];
const growthRounds = Math.ceil(rounds / 2);
/** The work with as many steps as were asked for, and at least one that counts. */
const withSteps = (work: TrlWork): TrlWork => {
  if (flags.steps === undefined) return work;
  const steps = positive("steps", flags.steps);
  return { ...work, steps, warmUp: Math.min(work.warmUp, steps - 1) };
};

const known = worksWith(threads).map(withSteps);
const names = chosen(
  "works",
  known.map(({ name }) => name),
);
const wanted = chosen("parts", parts);
const [load = 0] = loadavg();
const versions = pythonVersions(flags.python);
execFileSync("npm", ["run", "--silent", "build", "--", "--needed"], { cwd: root, stdio: ["ignore", 2, 2] });

const tensorflow = installedTensorFlow("cpu") !== undefined;
const contenders = all.filter(({ engine }) => engine !== "tensorflow" || tensorflow);
const place: Place = { folder: openFolder(), python: flags.python };
const measuring: Measuring = { contenders, rounds, threads, place };
const notes = [
  ...(load > 0.5 ? [`The machine was busy when this began, with a load of ${load.toFixed(1)}: times mean little`] : []),
  ...known.filter(({ name }) => names.includes(name)).flatMap((work) => missingFor(work) ?? []),
  ...(tensorflow ? [] : ["The engine tensorflow is left out: npx retort engines install tensorflow installs it"]),
];
for (const note of notes) report(note);

const kept: Record<string, unknown> =
  flags.keep !== undefined && existsSync(flags.keep)
    ? (JSON.parse(readFileSync(flags.keep, "utf8")) as Record<string, unknown>)
    : {};

// What was measured in another way is no part of the same page.
const settings = JSON.stringify({
  rounds,
  threads,
  steps: flags.steps,
  contenders: contenders.map(({ label }) => label),
});
if (kept["settings"] !== undefined && kept["settings"] !== settings)
  throw new Error(`trl: expected ${flags.keep} to be of ${settings}, got ${JSON.stringify(kept["settings"])}`);
kept["settings"] = settings;

/** Measures a part, unless the file of `--keep` has it, and writes that file anew. */
const part = async <Value>(name: string, measure: () => Promise<Value>): Promise<Value> => {
  if (kept[name] !== undefined) return kept[name] as Value;
  const value = await measure();
  kept[name] = value;
  if (flags.keep !== undefined) {
    writeFileSync(`${flags.keep}.new`, JSON.stringify(kept));
    renameSync(`${flags.keep}.new`, flags.keep);
  }
  return value;
};

/** All rounds of a work: the contenders take turns. */
const contest = async (work: TrlWork, count: number): Promise<Rounds> => {
  writeFiles(work, place.folder, place.python);
  const results: Record<string, Round[]> = {};
  for (let round = 1; round <= count; round += 1)
    for (const contender of contenders) {
      const taken = await takeRound(work, contender, place);
      (results[contender.label] ??= []).push(taken);
      const { parts, peak, wall } = taken;
      report(
        `${work.name} ${round}/${count}  ${contender.label}  ${parts.milliseconds!.toFixed(1)} ms, ` +
          `${Math.round(peak / 2 ** 20)} MiB, ${(wall / 1000).toFixed(1)} s`,
      );
    }
  return results;
};

const measured = known.filter((work) => names.includes(work.name) && missingFor(work) === undefined);
const named = async <Value>(
  works: readonly TrlWork[],
  prefix: string,
  measure: (work: TrlWork) => Promise<Value>,
): Promise<Record<string, Value>> => {
  const found: Record<string, Value> = {};
  for (const work of works) found[work.name] = await part(`${prefix} ${work.name}`, () => measure(work));
  return found;
};

const drawn = new Set(["toy", "mini", "SmolLM2"]);
const [smallest] = known;
const want = (name: (typeof parts)[number]): boolean => wanted.includes(name);

const results: TrlResults = {
  machine: machineHere(threads, rounds, [...versions, ...(tensorflow ? [`TensorFlow ${tensorFlowVersion}`] : [])]),
  contenders,
  known,
  notes,
  growthRounds,
  works: want("works") ? await named(measured, "work", (work) => contest(work, rounds)) : {},
  draws: want("draws")
    ? await named(
        measured.filter(({ name }) => drawn.has(name)),
        "draw",
        (work) => measureDraws(work, measuring),
      )
    : {},
  ...(want("start") && { starts: await part("start", () => measureStarts(smallest!, measuring)) }),
  ...(want("sweep") && { sweeps: await part("sweep", () => measureSweeps(smallest!, measuring)) }),
  ...(want("peaks") && { peaks: await part("peaks", () => measurePeaks(measuring)) }),
  growth: flags.growth
    ? await named(growthWith(threads).map(withSteps), "growth", (work) => contest(work, growthRounds))
    : {},
};

process.stdout.write(flags.json ? `${JSON.stringify(results)}\n` : `${measuredPage(results)}\n`);
if (flags.write) {
  if (measured.length < known.length) throw new Error("trl: the page is not written, for works are left out");
  const file = new URL("../docs/results/speed.md", import.meta.url);
  const earlier = existsSync(file) ? readFileSync(file, "utf8") : "";
  writeFileSync(file, withConclusions(measuredPage(results), earlier));
}
