/**
 * Shows a sweep while it is running: a table that is drawn again and again on a terminal, lines elsewhere, or one JSON
 * event a line.
 */
import type { TrialState } from "../../sweeps/driving/drive.ts";
import { outcomeOf } from "../../training/recipe/headline.ts";
import type { DisplayStyle } from "../display/progress.ts";
import { changeText, countsText, headText, runningLines, SweepPace } from "./text.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";

/** Takes the progress of the trials, again and again. */
export interface SweepDisplay {
  readonly show: (all: readonly TrialState[], changed: readonly TrialState[]) => void;
  readonly note: (text: string) => void;
  /** Takes away what is drawn. */
  readonly close: () => void;
}

const eventOf = ({ trial, folder, progress, stopped }: TrialState): object => ({
  kind: "trial",
  id: trial.id,
  name: trial.name,
  axes: trial.axes,
  folder,
  steps: trial.steps,
  ...progress,
  // Also beside the metrics, for programs that look for it there.
  ...outcomeOf(progress.metrics),
  ...(stopped === true ? { stopped } : {}),
});

const json = (terminal: Terminal): SweepDisplay => ({
  show(_all, changed) {
    for (const entry of changed) terminal.output.write(`${JSON.stringify(eventOf(entry))}\n`);
  },
  note: (text) => void terminal.errors.write(`${text}\n`),
  close: () => undefined,
});

const lines = (terminal: Terminal, quiet: boolean): SweepDisplay => ({
  show(all, changed) {
    if (quiet || changed.length === 0) return;
    for (const entry of changed) terminal.errors.write(`${changeText(entry)}\n`);
    terminal.errors.write(`${terminal.colors.dim(countsText(all))}\n`);
  },
  note: (text) => void terminal.errors.write(`${text}\n`),
  close: () => undefined,
});

/** Rows of a terminal that says nothing of its size. */
const usualRows = 24;

const live = (stream: NodeJS.WriteStream, { errors, colors }: Terminal): SweepDisplay => {
  const pace = new SweepPace(performance.now());
  let drawn = 0;
  const clear = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const draw = (texts: readonly string[]): void => {
    const columns = stream.columns > 0 ? stream.columns : 80;
    const cut = texts.map((text) =>
      Array.from(visible(text))
        .slice(0, columns - 1)
        .join(""),
    );
    stream.write(cut.map((text, i) => `${i === 0 ? colors.bold(text) : text}\n`).join(""));
    drawn = cut.length;
  };
  return {
    show(all, changed) {
      clear();
      for (const entry of changed.filter(({ progress }) => progress.status === "failed"))
        errors.write(`${colors.red(changeText(entry))}\n`);
      const rows = stream.rows > 0 ? stream.rows : usualRows;
      draw([headText(all, pace.left(all, performance.now())), ...runningLines(all, rows - 4)]);
    },
    note(text) {
      clear();
      errors.write(`${text}\n`);
    },
    close: clear,
  };
};

/** The display of a style; `auto` draws where a person reads along. */
export const sweepDisplayOf = (style: DisplayStyle, terminal: Terminal): SweepDisplay => {
  if (style === "json") return json(terminal);
  if (style === "quiet" || terminal.live === undefined) return lines(terminal, style === "quiet");
  return live(terminal.live, terminal);
};
