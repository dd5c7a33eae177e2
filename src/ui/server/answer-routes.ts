/** What the page asks for of runs: each route reads the folder as it is now. */
import type { Context, Hono } from "hono";
import type { Curves, FigureList } from "../answers.ts";
import { readCurves } from "../answering/curves.ts";
import { FigureReader } from "../answering/figure-list.ts";
import { RolloutReader } from "../answering/rollouts.ts";
import { compareRuns, readDetails } from "../answering/run-details.ts";
import { RunRows } from "../answering/run-rows.ts";
import { SeriesCache } from "../answering/run-series.ts";
import { StepReader } from "../answering/step-details.ts";
import { SweepReader } from "../answering/sweep-details.ts";
import type { WatchedRuns } from "../answering/watched-runs.ts";
import { refuse } from "./guard.ts";
import { listIn, numberIn, QueryError, runNamed, runsNamed, textIn } from "./queries.ts";

/** Points of a curve: more cannot be told apart. */
const [usualPoints, mostPoints] = [800, 4000];

type Answer = (context: Context) => unknown;

/** Whether a file or a folder was removed while it was read. */
const isGone = (error: unknown): boolean =>
  error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR"].includes(String(error.code));

/** An answer of what is there now, as JSON; what is wrong with the question or the folder as a refusal. */
const answering =
  (runs: WatchedRuns, answer: Answer) =>
  async (context: Context): Promise<Response> => {
    try {
      await runs.refresh();
      return context.json((await answer(context)) as object);
    } catch (error) {
      if (error instanceof QueryError) return refuse(context, error.status, error.message);
      if (isGone(error)) return refuse(context, 404, "expected the files of a run, got none: it was removed");
      return refuse(context, 500, error instanceof Error ? error.message : String(error));
    }
  };

/** Adds the routes. */
export const addAnswers = (app: Hono, runs: WatchedRuns): void => {
  const readers = { rows: new RunRows(runs), series: new SeriesCache(), rollouts: new RolloutReader() };
  const [steps, sweeps, figures] = [new StepReader(), new SweepReader(), new FigureReader(runs.root)];
  const get = (path: string, answer: Answer) => app.get(path, answering(runs, answer));
  get("/api/runs", (context) => readers.rows.list(listIn(context, "columns")));
  get("/api/run", (context) => readDetails(runNamed(runs, textIn(context, "run")), readers));
  get("/api/curves", (context): Curves => {
    const { found, missing } = runsNamed(runs, listIn(context, "runs"));
    const points = Math.min(mostPoints, Math.max(2, numberIn(context, "points") ?? usualPoints));
    const request = {
      runs: found,
      metrics: listIn(context, "metrics"),
      points,
      bands: context.req.query("bands") === "1",
    };
    const curves = readCurves(request, readers.series);
    return { ...curves, missing: [...missing, ...curves.missing] };
  });
  get("/api/compare", (context) => compareRuns(runsNamed(runs, listIn(context, "runs")).found, readers));
  get("/api/rollouts", (context) => {
    const run = runNamed(runs, textIn(context, "run"));
    const text = textIn(context, "text");
    return text === undefined || text === ""
      ? readers.rollouts.ofStep(run, numberIn(context, "step"))
      : readers.rollouts.withText(run, text);
  });
  get("/api/prompt", (context) =>
    readers.rollouts.ofPrompt(runsNamed(runs, listIn(context, "runs")).found, context.req.query("prompt") ?? ""),
  );
  get("/api/step", (context) => {
    const run = runNamed(runs, textIn(context, "run"));
    return steps.read(run, numberIn(context, "step"), readers.series.of(run.folder));
  });
  get("/api/sweep", (context) => {
    const file = textIn(context, "file");
    const own = [...runs.runs.values()].filter((run) => run.file === file);
    if (own.length === 0) throw new QueryError(404, "file: expected the folder of a file's runs, got none; removed?");
    const [metric, x, y] = ["metric", "x", "y"].map((name) => textIn(context, name));
    return sweeps.read(own, readers.rows, { metric, x, y });
  });
  get("/api/figures", (): FigureList => figures.read());
};
