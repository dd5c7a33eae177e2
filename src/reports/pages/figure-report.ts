/** All that a report says of a figure, before it is drawn or written. */
import type { ClaimValues } from "../../evaluation/claims/index.ts";
import { readExperiment } from "../../experiments/file/extended-source.ts";
import { isObject, type JsonObject } from "../../files/json.ts";
import { checkTrials } from "../../sweeps/planning/sweep-plan.ts";
import { figureHash, freezeHash, readCalibration, type Calibration } from "../../reproduction/calibration.ts";
import { callsIn, machinesIn, stepsIn, type FigureCall } from "../../reproduction/figure-machine.ts";
import { readFigure, type FigureResults } from "../../reproduction/figure-results.ts";
import { followedFigure } from "../../reproduction/follow-up.ts";
import { judgeResults } from "../../reproduction/looks.ts";
import { compareWithPaper, type PaperComparison } from "../../reproduction/paper-agreement.ts";
import { readPaperValues } from "../../reproduction/paper-values.ts";
import { figureNames, figuresOf, wholeFigure, type Figure } from "../../reproduction/figures.ts";
import type { JudgedClaim } from "../../results/verdicts.ts";
import type { Discussion } from "./discussion.ts";
import { frozenText, type FrozenFigure } from "./frozen-text.ts";
import { timeText } from "../html/number-text.ts";
import { againstEnds, type EndsComparison } from "../means/against-ends.ts";
import { curveMeans, type CurveMeans } from "../means/curve-means.ts";
import { startOf } from "../means/start-means.ts";
import { paperNumbers, type PaperNumbers } from "../means/paper-means.ts";
import { settingMeans, type SettingMeans } from "../means/setting-means.ts";
import { tradeOff, type TradeOff } from "../means/trade-off.ts";

/** A figure's results, judged. */
export interface FigureReport {
  /** As the paper counts it. */
  readonly name: string;
  /** Where the paper has it; nothing when its file does not say. */
  readonly paper: string | undefined;
  readonly results: FigureResults;
  /** The figure to which it is a follow-up; nothing where it is none. */
  readonly follows: string | undefined;
  readonly claims: readonly JudgedClaim[];
  /** What the claims are about; without claims accuracy, or whatever metric comes first. */
  readonly metrics: readonly string[];
  readonly means: SettingMeans;
  /** Of those two metrics that the claims set against each other. */
  readonly trade: TradeOff | undefined;
  /** Mean of each metric before training, where trials have it and all settings start alike. */
  readonly before: ReadonlyMap<string, number>;
  /** What people make of the verdicts. */
  readonly discussions: readonly Discussion[];
  /** Machine, versions and time in a few words each; none when they were not written down. */
  readonly made: readonly (readonly [name: string, value: string])[];
  /** When its first trial began, ISO 8601; nothing where that was not written down. */
  readonly began: string | undefined;
  /** By what it was frozen; nothing where there is no calibration, as at other scales than the small. */
  readonly frozen: FrozenFigure | undefined;
  /** How its metrics came about; none where no trial was evaluated on the way. */
  readonly curves: readonly CurveMeans[];
  /** What is between the ends of what is traded along, beside both; none where the trade-off has no ends. */
  readonly ends: readonly EndsComparison[];
  /** The paper's numbers beside these; nothing where there are none, and of a glance at the parts. */
  readonly compared: PaperComparison | undefined;
}

const metricsOf = (claims: readonly ClaimValues[], { trials }: FigureResults): readonly string[] => {
  const claimed = [...new Set(claims.map(({ metric }) => metric))];
  const measured = Object.keys(trials[0]?.final ?? {});
  return claimed.length > 0 ? claimed : measured.includes("accuracy") ? ["accuracy"] : measured.slice(0, 1);
};

const within = (given: JsonObject, key: string): JsonObject => {
  const value = given[key];
  return isObject(value) ? value : {};
};

/** What the calls took together and, where they are few, each: looks with more seeds are calls of their own. */
const callsText = (calls: readonly FigureCall[]): string => {
  const spent = timeText(calls.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
  const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;
  const each = calls.map(({ milliseconds, trials }) => `${counted(trials, "trial")} in ${timeText(milliseconds)}`);
  const parts = calls.length > 1 && calls.length <= 12 ? ` (${each.join(", ")})` : "";
  return `${spent} in ${counted(calls.length, "call")}${parts}, the first at ${calls[0]!.began},`;
};

const madeOf = (given: JsonObject): FigureReport["made"] => {
  const [machine, versions, revision] = ["machine", "versions", "revision"].map((key) => within(given, key));
  const text = (value: unknown): string =>
    typeof value === "string" || typeof value === "number" ? String(value).slice(0, 200) : "unknown";
  const time = (key: string): string => (typeof given[key] === "number" ? timeText(given[key]) : "unknown");
  const calls = callsIn(given);
  const whole =
    typeof given["elapsed"] === "number"
      ? `${time("elapsed")} from start to end`
      : calls.length > 0
        ? callsText(calls)
        : "in several parts, or with trials of other figures,";
  const named = Object.entries(versions!).map(([name, version]) => `${name} ${text(version)}`);
  return [
    [
      "machine",
      `${text(machine!["processor"])}, ${text(machine!["cores"])} cores, ${text(machine!["platform"])} ` +
        `${text(machine!["architecture"])}`,
    ],
    [
      "time",
      isObject(given["timed"])
        ? `none of the results: the first ${text(given["timed"]["steps"])} steps of trials, run again to time them, ` +
          `with ${text(given["jobs"])} trials at once`
        : `${whole} with ${text(given["jobs"])} trials at once; ${time("training")} of training`,
    ],
    ["versions", named.slice(0, 20).join(", ")],
    ["revision", `${text(revision!["commit"])}${revision!["dirty"] === true ? ", with changes" : ""}`],
  ];
};

const frozenFacts = (results: FigureResults, frozen: FigureReport["frozen"]): FigureReport["made"] =>
  frozen === undefined ? [] : [["settings", frozenText(results, frozen, results.figure)]];

const reportOf = (
  folder: string,
  { name }: Pick<Figure, "name">,
  results: FigureResults,
  calibration: Calibration | undefined,
): Omit<FigureReport, "discussions"> => {
  const file = figuresOf(results.scale).find((figure) => figure.name === name);
  if (file === undefined)
    throw new RangeError(`report: expected a figure of scale ${results.scale}, got ${name}; run the figure again`);
  const { claims, drafts } = checkTrials(readExperiment(file.path), []);
  const metrics = metricsOf(claims, results);
  const machines = machinesIn(folder, { name });
  const judged = judgeResults(claims, results);
  const frozen =
    calibration === undefined || results.scale !== "small"
      ? undefined
      : {
          calibration,
          hash: freezeHash(calibration, { name }),
          holds: calibration.figures[name]?.settings === figureHash(file),
        };
  const followed = followedFigure(file, results.scale, claims);
  const values = results.scale === "smoke" ? undefined : readPaperValues(followed ?? file);
  return {
    name,
    paper: drafts[0]?.values.paper,
    results,
    follows: followed?.name,
    claims: judged,
    metrics,
    means: settingMeans(results.trials, metrics),
    trade: tradeOff(claims, results.trials),
    before: startOf(results.trials, metrics),
    made: [...frozenFacts(results, frozen), ...machines.flatMap(madeOf)],
    began: machines
      .flatMap(callsIn)
      .map(({ began }) => began)
      .toSorted()[0],
    frozen,
    curves: curveMeans(results.trials, metrics, stepsIn(machines)),
    ends: againstEnds(claims, results.trials),
    compared: values === undefined ? undefined : compareWithPaper(values, claims, judged, results.trials, metrics),
  };
};

/** `RangeError` where the results are of several scales: no page can say what all of them are of. */
const checkScale = (folder: string, all: readonly FigureResults[]): void => {
  const [first] = all;
  const other = all.find(({ scale }) => scale !== first?.scale);
  if (first === undefined || other === undefined) return;
  throw new RangeError(
    `${folder}: expected results of one scale, got figure ${first.figure} of scale ${first.scale} and figure ` +
      `${other.figure} of scale ${other.scale}; keep each scale in a folder of its own`,
  );
};

/**
 * The figures whose results are in a folder, in the paper's order, each with the discussions that name it. `Error` as
 * of `readFigure` for results that are damaged; `RangeError` for those of several scales.
 */
export const readFigureReports = (folder: string, discussions: readonly Discussion[] = []): readonly FigureReport[] => {
  const all = figureNames().flatMap((name) => readFigure(folder, { name }) ?? []);
  checkScale(folder, all);
  const calibration = readCalibration();
  return all.map((results) => {
    const name = results.figure;
    const about = discussions.filter(({ figures }) => figures.includes(name) || figures.includes(wholeFigure(name)));
    return { ...reportOf(folder, { name }, results, calibration), discussions: about };
  });
};

/** The paper's numbers of a figure's settings; nothing where it has none. */
export const paperOf = ({ compared, means }: FigureReport): PaperNumbers | undefined =>
  compared === undefined || compared.trials.length === 0 ? undefined : paperNumbers(compared, means);
