/**
 * Shows a run while it is running: a bar on a terminal, a line every few seconds elsewhere, or one JSON event a line.
 */
import { SingleBar } from "cli-progress";
import type { RunEvent, TrainingName } from "../../experiments/running/run-event.ts";
import type {
  CheckpointDamaged,
  Evaluated,
  Paused,
  ProgressReport,
  Resumed,
  StepDone,
  Warned,
} from "../../training/recipe/step-report.ts";
import { amount, duration, headline, Pace } from "./number-text.ts";
import { outcomeOf } from "../../training/recipe/headline.ts";
import { outcomeText } from "./outcome-text.ts";
import type { Colors } from "../../experiments/file/problem.ts";
import type { Terminal } from "./terminal.ts";
import { visible } from "../../files/visible.ts";
import { defined } from "../../optional/defined.ts";

/** Takes the events of a run in their order. */
export interface Display {
  show(event: RunEvent): void;
  /** Tells the person something else, on a line of its own. */
  note(text: string): void;
  /** Takes away what is drawn, whatever happened. A second call does nothing. */
  close(): void;
}

/** How a run is shown. */
export type DisplayStyle = "auto" | "quiet" | "json";

/** Milliseconds of training between two lines where there is no terminal. */
const lineEvery = 5000;

const nameOf = ({ run, stage }: TrainingName): string => stage ?? run;

/** What matters most comes first: a narrow terminal cuts the end. */
const stepFigures = (pace: Pace, step: StepDone): string[] => [
  `${duration(pace.left(step.steps - step.step))} left`,
  ...headline(step.metrics),
  `${amount(pace.tokensPerSecond)} tok/s`,
];

const evaluationLine = ({ step, metrics }: Evaluated): string => {
  const [said = "evaluated"] = outcomeText(outcomeOf(metrics));
  return `step ${step}  ${said}`;
};

const warningLine = ({ check, message }: Warned): string => `! ${check}: ${message}`;

const resumedLine = ({ step }: Resumed): string => `resumes from step ${step}`;

const waitLine = ({ host, pid }: Extract<RunEvent, { kind: "wait" }>): string =>
  `waits for process ${pid} on ${host}, which makes it`;

const damagedLine = ({ message }: CheckpointDamaged): string => `! ${message}`;

const pausedLine = ({ step }: Paused): string => `paused after step ${step}`;

const reuseLine = (event: Extract<RunEvent, { kind: "reuse" }>): string =>
  ["stored before", ...outcomeText(event), event.folder].join("  ");

const endLine = (event: Extract<RunEvent, { kind: "end" }>): string =>
  [`done in ${duration(event.milliseconds)}`, ...outcomeText(event), event.folder].join("  ");

/** What a person would want to know of anything but a step. */
const reportLine = (report: ProgressReport, colors: Colors): string | undefined => {
  switch (report.kind) {
    case "evaluation":
      return evaluationLine(report);
    case "resumed":
      return resumedLine(report);
    case "paused":
      return pausedLine(report);
    case "warning":
      return colors.yellow(warningLine(report));
    case "damaged":
      return colors.yellow(damagedLine(report));
    case "step":
    case "checkpoint":
      return undefined;
  }
};

/** One line for every event that a person would want in a log. */
class Lines implements Display {
  readonly #terminal: Terminal;
  #pace = new Pace();
  #since = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(event: RunEvent): void {
    const text = this.#text(event);
    if (text !== undefined)
      this.#terminal.errors.write(`${this.#terminal.colors.bold(nameOf(event.training))}  ${text}\n`);
  }

  #text(event: RunEvent): string | undefined {
    switch (event.kind) {
      case "begin":
        this.#pace = new Pace();
        this.#since = 0;
        return `${event.steps} steps`;
      case "reuse":
        return reuseLine(event);
      case "wait":
        return waitLine(event);
      case "end":
        return endLine(event);
      case "report":
        return event.report.kind === "step"
          ? this.#stepText(event.report)
          : reportLine(event.report, this.#terminal.colors);
    }
  }

  #stepText(step: StepDone): string | undefined {
    this.#pace.add(step);
    this.#since += step.milliseconds;
    if (this.#since < lineEvery) return undefined;
    this.#since = 0;
    return [`step ${step.step}/${step.steps}`, ...stepFigures(this.#pace, step)].join("  ");
  }

  note(text: string): void {
    this.#terminal.errors.write(`${text}\n`);
  }

  close(): void {}
}

/** What the bar shows. */
interface Drawn {
  readonly name: string;
  readonly steps: number;
  readonly step: number;
  readonly status: string;
}

/** A bar for the training at hand; what is done stays above it as a line. */
class Bar implements Display {
  readonly #terminal: Terminal;
  readonly #stream: NodeJS.WriteStream;
  #bar: SingleBar | undefined;
  #last: Drawn | undefined;
  #pace = new Pace();

  constructor(terminal: Terminal, stream: NodeJS.WriteStream) {
    this.#terminal = terminal;
    this.#stream = stream;
  }

  show(event: RunEvent): void {
    switch (event.kind) {
      case "begin":
        this.close();
        this.#begin(nameOf(event.training), event.steps);
        return;
      case "reuse":
        this.#line(event, this.#terminal.colors.dim(reuseLine(event)));
        return;
      case "wait":
        this.#line(event, this.#terminal.colors.dim(waitLine(event)));
        return;
      case "end":
        this.close();
        this.#line(event, `${this.#terminal.colors.green("✓")} ${endLine(event)}`);
        return;
      case "report":
        if (event.report.kind === "step") this.#step(event.report);
        else this.#line(event, reportLine(event.report, this.#terminal.colors));
    }
  }

  #begin(name: string, steps: number): void {
    this.#pace = new Pace();
    this.#last = { name, steps, step: 0, status: "" };
    this.#draw(this.#last);
  }

  #draw({ name, steps, step, status }: Drawn): void {
    this.#bar = new SingleBar({
      stream: this.#stream,
      format: `${this.#terminal.colors.bold(visible(name))}  {bar}  {value}/{total}  {status}`,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 20,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      fps: 10,
      gracefulExit: false,
    });
    this.#bar.start(steps, step, { status });
  }

  #step(step: StepDone): void {
    this.#pace.add(step);
    const status = stepFigures(this.#pace, step).join("  ");
    if (this.#last !== undefined) this.#last = { ...this.#last, step: step.step, status };
    this.#bar?.update(step.step, { status });
  }

  #line({ training }: RunEvent, text: string | undefined): void {
    if (text === undefined) return;
    this.note(`${this.#terminal.colors.bold(nameOf(training))}  ${text}`);
  }

  /** Takes the bar away for a line: a bar that stops goes back to where it was started. */
  note(text: string): void {
    const drawn = this.#bar !== undefined;
    this.close();
    this.#terminal.errors.write(`${text}\n`);
    if (drawn && this.#last !== undefined) this.#draw(this.#last);
  }

  close(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

const silent = (terminal: Terminal): Display => ({
  show: () => undefined,
  note: (text) => void terminal.errors.write(`${text}\n`),
  close: () => undefined,
});

/** The outcome of an evaluation also beside its metrics, for programs that look for it there. */
const withOutcome = (event: RunEvent): object => {
  if (event.kind !== "report" || event.report.kind !== "evaluation") return event;
  return { ...event, report: { ...event.report, ...defined(outcomeOf(event.report.metrics)) } };
};

const json = (terminal: Terminal): Display => ({
  ...silent(terminal),
  show: (event) => void terminal.output.write(`${JSON.stringify(withOutcome(event))}\n`),
});

/** The display of a style; `auto` is a bar where a person reads along, and lines where none does. */
export const displayOf = (style: DisplayStyle, terminal: Terminal): Display => {
  if (style === "json") return json(terminal);
  if (style === "quiet") return silent(terminal);
  return terminal.live === undefined ? new Lines(terminal) : new Bar(terminal, terminal.live);
};
