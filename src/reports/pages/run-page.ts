/** The report of a run: what was asked and set, what came out, how it went, and what was said. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { valueText } from "../../evaluation/claims/value-text.ts";
import { readTrace } from "../../runs/folder/trace-file.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";
import type { StepTimed } from "../../training/recipe/step-report.ts";
import { stepTables } from "./completion-section.ts";
import { readCompletions, type ShownCompletion } from "../../runs/reading/completions.ts";
import { numberText } from "../html/number-text.ts";
import { ganttPlot } from "../plots/gantt-plot.ts";
import { curvePlot, isFlat, readCurves, type LearningCurve } from "../plots/learning-curves.ts";
import { html, type Markup } from "../html/markup.ts";
import { plotFigure, smallFigure, type ReportPlot } from "../plots/plot-figure.ts";
import { runFacts, settingsOf } from "./run-facts.ts";
import { readWarnings, type RunWarning } from "./run-warnings.ts";
import { factList, scrolledTable, section, shell } from "../html/page-shell.ts";

/** All that a report says of a run. */
export interface RunReport {
  readonly run: FoundRun;
  readonly curves: readonly LearningCurve[];
  readonly warnings: readonly RunWarning[];
  /** The last step that was timed. */
  readonly timed: StepTimed | undefined;
  readonly completions: readonly (readonly ShownCompletion[])[];
}

const lastTimed = async (folder: string): Promise<StepTimed | undefined> => {
  const path = join(folder, "trace.json");
  if (!existsSync(path)) return undefined;
  try {
    return await readTrace(path);
  } catch (error) {
    // A run that was killed early has timed nothing.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/** Reads what a run's folder holds; what is not there is left out. `SyntaxError` for a trace that is damaged. */
export const readRunReport = async (run: FoundRun): Promise<RunReport> => ({
  run,
  curves: await readCurves(run),
  warnings: await readWarnings(run.folder),
  timed: await lastTimed(run.folder),
  completions: await readCompletions(run.folder),
});

const valueTable = (label: string, caption: string, values: readonly (readonly [string, number])[]): Markup =>
  scrolledTable(
    label,
    caption,
    ["Metric", "Value"],
    values.map(
      ([name, value]) =>
        html`<tr>
          <th scope="row">${name}</th>
          <td class="number">${numberText(value)}</td>
        </tr>`,
    ),
  );

/** Numbers of the end: what evaluations measured, and behind it what steps did. */
const results = ({ run: { record }, curves }: RunReport): Markup => {
  const evaluated = new Set(curves.flatMap(({ metric, kind }) => (kind === "evaluation" ? [metric] : [])));
  const all = Object.entries(record.metrics);
  const [evaluation, step] = [
    all.filter(([name]) => evaluated.has(name)),
    all.filter(([name]) => !evaluated.has(name)),
  ];
  if (all.length === 0) return html`<p>Nothing has been measured yet.</p>`;
  const last = valueTable("Last evaluation", "What the last evaluation measured.", evaluation);
  return html`${evaluation.length === 0 ? "" : last}
  ${
    step.length === 0
      ? ""
      : html`<details>
          <summary>${step.length} metrics of the last step</summary>
          ${valueTable("Last step", "What the last step measured.", step)}
        </details>`
  }`;
};

const settings = (run: FoundRun): Markup => {
  const { record } = run;
  const rows = settingsOf(run).map(
    ([pointer, value]) =>
      html`<tr>
        <th scope="row"><code>${pointer}</code></th>
        <td>
          ${valueText(value)}${Object.hasOwn(record.axes, pointer) ? html` <span class="quiet">(swept)</span>` : ""}
        </td>
      </tr>`,
  );
  return html`<details>
    <summary>All ${rows.length} settings, defaults and versions included</summary>
    ${scrolledTable("Settings", "Everything that decides the result.", ["Setting", "Value"], rows)}
  </details>`;
};

const warningList = (warnings: readonly RunWarning[]): Markup =>
  warnings.length === 0
    ? html`<p>No check had anything to say.</p>`
    : html`<ul>
        ${warnings.map(({ step, check, message }) => html`<li>Step ${step}, <code>${check}</code>: ${message}</li>`)}
      </ul>`;

/** Curves that change; what stays as it is is said in words. */
const curveGrid = (curves: readonly LearningCurve[]): Markup => {
  const flat = curves.filter(isFlat).map(({ metric, points }) => `${metric} ${numberText(points[0]?.value ?? NaN)}`);
  const drawn = curves.filter((curve) => !isFlat(curve));
  return html`<div class="curves">${drawn.map((curve) => smallFigure(curvePlot(curve)))}</div>
    ${flat.length === 0 ? "" : html`<p class="quiet">The same throughout: ${flat.join(", ")}.</p>`}`;
};

/** The plots of a run's report. */
export const runPlots = ({ curves, timed }: RunReport): readonly ReportPlot[] => [
  ...curves.filter((curve) => !isFlat(curve)).map(curvePlot),
  ...(timed === undefined ? [] : [ganttPlot(timed.spans, timed.step)]),
];

/** The whole page. */
export const runPage = (report: RunReport): string => {
  const { run, curves, warnings, timed, completions } = report;
  const { record } = run;
  const none = html`<p>Nothing is there.</p>`;
  const links = [
    ["results", "Results"],
    ["curves", "Learning curves"],
    ["step", "A step"],
    ["completions", "Completions"],
    ["warnings", "Warnings"],
    ["settings", "Settings"],
  ] as const;
  const content: Readonly<Record<(typeof links)[number][0], Markup>> = {
    results: results(report),
    curves: curves.length === 0 ? none : curveGrid(curves),
    step: timed === undefined ? none : plotFigure(ganttPlot(timed.spans, timed.step)),
    completions: completions.length === 0 ? none : stepTables(completions),
    warnings: warningList(warnings),
    settings: settings(run),
  };
  return shell({
    title:
      record.label === "run" || record.label === "trial" ? `${record.label} ${record.id.slice(0, 16)}` : record.label,
    intro: html`<p>${record.question}</p>
      ${factList(runFacts(run))}`,
    links,
    linked: "Parts",
    main: links.map(([id, text]) => section(id, text, [content[id]])),
  });
};
