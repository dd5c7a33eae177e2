/**
 * The calibration of the figures: how their tasks and models were chosen, without a look at any claim, and the hash of
 * each figure's settings and claims, by which both were frozen before the figures ran.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Type, type Static } from "@sinclair/typebox";
import { readExperiment } from "../experiments/file/extended-source.ts";
import { checker } from "../experiments/schema/check.ts";
import { contentHash } from "../files/canonical-json.ts";
import { isObject, omit, parseObject, type Json, type JsonObject } from "../files/json.ts";
import { readBoundedText } from "../files/regular-file.ts";
import { figuresFolder, type Figure, type Scale } from "./figures.ts";

/** Before any distillation. Numbers are in the metric's unit, of the last evaluation. */
const Student = Type.Object(
  {
    stage: Type.String({ minLength: 1, description: "The stage that students start from." }),
    start: Type.Number({ description: "Where they start." }),
    ceiling: Type.Number({ description: "The same policy, fine-tuned on all prompts, for four times as many steps." }),
    threeQuarters: Type.Number({ description: "After three quarters of the figures' steps, with the method below." }),
    after: Type.Number({ description: "After all of them." }),
    twice: Type.Number({ description: "After twice as many, in a training of its own." }),
  },
  { additionalProperties: false },
);

const CalibratedTask = Type.Object(
  {
    task: Type.String({ minLength: 1 }),
    metric: Type.String({ minLength: 1 }),
    prompts: Type.Integer({ minimum: 1, description: "Test prompts of each evaluation." }),
    steps: Type.Integer({ minimum: 1, description: "Steps of the figures." }),
    teacher: Type.Number(),
    students: Type.Array(Student, { minItems: 1 }),
  },
  { additionalProperties: false },
);

const Freeze = Type.Object(
  {
    settings: Type.String({ pattern: "^[0-9a-f]{64}$", description: "sha256 of the figure's settings and claims." }),
    frozen: Type.String({
      pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`,
      description: "Since when: ISO 8601, UTC.",
    }),
  },
  { additionalProperties: false },
);

const CalibrationFile = Type.Object(
  {
    method: Type.String({ minLength: 1, description: "The one method that was run for the flatness." }),
    tasks: Type.Array(CalibratedTask),
    figures: Type.Record(Type.String(), Freeze, { description: "By the figures' names." }),
  },
  { additionalProperties: false },
);

/** What was measured of a task. */
export type CalibratedTask = Static<typeof CalibratedTask>;

/** A rule that each student of a task is held to. */
interface Rule {
  readonly rule: string;
  readonly holds: (student: Static<typeof Student>, teacher: number) => boolean;
}

/** The rules by which settings are chosen. None of them compares two methods. */
export const calibrationRules: readonly Rule[] = [
  { rule: "the start is at least a tenth of the teacher", holds: ({ start }, teacher) => start >= teacher / 10 },
  { rule: "the start is at most nine tenths of the teacher", holds: ({ start }, teacher) => start <= 0.9 * teacher },
  {
    rule: "the ceiling is above the start by at least a tenth of the teacher",
    holds: ({ start, ceiling }, teacher) => ceiling - start >= teacher / 10,
  },
  {
    rule: "the last quarter of the steps has at most a quarter of what all of them bring",
    holds: ({ start, threeQuarters, after }) => after - threeQuarters <= (after - start) / 4,
  },
];

/** What the rules say against a task, one sentence each; none where all hold. */
export const brokenRules = ({ task, teacher, students }: CalibratedTask): readonly string[] =>
  students.flatMap((student) =>
    calibrationRules
      .filter(({ holds }) => !holds(student, teacher))
      .map(({ rule }) => `${task}, ${student.stage}: not so that ${rule}`),
  );

/** What was measured, and what was frozen by it. */
export type Calibration = Static<typeof CalibrationFile>;

const check = checker<Calibration>(CalibrationFile);

/** Largest file that is read, in bytes. */
const largest = 1_000_000;

/** Where the calibration is, beside the figures' files. */
export const calibrationPath = (folder = figuresFolder): string => join(folder, "calibration.json");

/** The calibration; nothing where there is none. `TypeError` for a file of another form. */
export const readCalibration = (folder = figuresFolder): Calibration | undefined => {
  const path = calibrationPath(folder);
  if (!existsSync(path)) return undefined;
  const content = parseObject(readBoundedText(path, largest)) ?? null;
  const checked = check(content);
  if ("mistakes" in checked) {
    const [{ pointer, message } = { pointer: "", message: "" }] = checked.mistakes;
    throw new TypeError(`${path}${pointer}: ${message}`);
  }
  return checked.values;
};

/** A sweep without its seeds, of which more may be added. */
const withoutSeeds = (sweep: Json): Json => {
  if (!isObject(sweep)) return sweep;
  const axes = sweep["axes"];
  return isObject(axes) ? { ...sweep, axes: omit(axes, "/seed") } : sweep;
};

/**
 * sha256 of what a figure's file says with all that it extends: settings, stages, axes and claims, but for its seeds.
 * `ExperimentError` as of `readExperiment`.
 */
export const figureHash = ({ path }: Pick<Figure, "path">): string => {
  const { value } = readExperiment(path);
  const said: JsonObject = isObject(value) ? omit(value, "$schema", "extends") : {};
  return contentHash(said["sweep"] === undefined ? said : { ...said, sweep: withoutSeeds(said["sweep"]) });
};

/**
 * The hash by which a figure was frozen: of all that was measured, of the figure's settings and claims, and of the time
 * since when they are so. Nothing where it was not frozen.
 */
export const freezeHash = ({ figures, ...measured }: Calibration, { name }: Pick<Figure, "name">): string | undefined =>
  figures[name] === undefined ? undefined : contentHash({ ...measured, name, ...figures[name] });

/** The same of a figure as its file is now; nothing where it has changed since it was frozen. */
export const frozenBy = (figure: Figure, scale: Scale, folder = figuresFolder): string | undefined => {
  if (scale !== "small") return undefined;
  const calibration = readCalibration(folder);
  if (calibration?.figures[figure.name]?.settings !== figureHash(figure)) return undefined;
  return freezeHash(calibration, figure);
};
