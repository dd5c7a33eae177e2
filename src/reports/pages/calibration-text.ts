/** What a report says of the calibration: whether settings were frozen before they ran, and what it measured. */
import { brokenRules, calibrationRules, type CalibratedTask } from "../../reproduction/calibration.ts";
import { numberText } from "../html/number-text.ts";
import type { FigureReport } from "./figure-report.ts";

/** A table with its sentences. */
export interface CalibrationText {
  readonly note: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const rowsOf = ({ task, metric, steps, teacher, students }: CalibratedTask): string[][] =>
  students.map(({ stage, start, ceiling, threeQuarters, after, twice }, i) => [
    i === 0 ? task : "",
    i === 0 ? metric : "",
    i === 0 ? numberText(teacher) : "",
    stage,
    ...[start, ceiling, threeQuarters, after, twice].map(numberText),
    i === 0 ? String(steps) : "",
  ]);

const isOf = ({ results, frozen }: FigureReport): boolean =>
  frozen?.hash !== undefined && results.calibration === frozen.hash;

/** What is to be said of figures that were not frozen, changed, or ran before they were. */
const objections = (figures: readonly FigureReport[]): string[] => {
  const named = (text: string, isSo: (figure: FigureReport) => boolean): string[] => {
    const names = figures.filter(isSo).map(({ name }) => name);
    return names.length === 0 ? [] : [`${text}: ${names.join(", ")}.`];
  };
  return [
    ...named("Not of it", (figure) => !isOf(figure)),
    ...named("Changed since they ran", (figure) => isOf(figure) && figure.frozen?.holds !== true),
    ...named(
      "Begun before they were frozen",
      (figure) =>
        isOf(figure) &&
        figure.began !== undefined &&
        figure.began < (figure.frozen!.calibration.figures[figure.name]?.frozen ?? ""),
    ),
  ];
};

/** The calibration's section; nothing where no figure is of its settings. */
export const calibrationText = (figures: readonly FigureReport[]): CalibrationText | undefined => {
  const calibration = figures.find(isOf)?.frozen?.calibration;
  if (calibration === undefined) return undefined;
  const own = figures.filter(isOf);
  const frozen = own.map(({ name }) => calibration.figures[name]!.frozen).toSorted();
  const [first] = own.flatMap(({ began }) => began ?? []).toSorted();
  const note = [
    "Tasks, models and steps were chosen without a look at any claim. Then each figure's settings and claims were " +
      `frozen by a hash, which stands with the figure: the first at ${frozen[0]}` +
      `${first === undefined ? "" : `, while the first trial began at ${first}`}.`,
    ...objections(figures),
    `The rules: ${calibrationRules.map(({ rule }) => rule).join("; ")}.`,
    ...calibration.tasks.flatMap(brokenRules).map((broken) => `Broken: ${broken}.`),
    "The ceiling is that of the same policy, fine-tuned on all prompts for four times as many steps. How far the " +
      `figures' steps bring a student is of one method, ${calibration.method}.`,
  ].join(" ");
  const head = ["task", "metric", "teacher", "student", "start", "ceiling", "at 3/4", "after", "after twice", "steps"];
  return { note, head, rows: calibration.tasks.flatMap(rowsOf) };
};
