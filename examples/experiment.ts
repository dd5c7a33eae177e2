/** Runs an experiment file, stops it in the middle, goes on, and reads what came out. */
import { fileURLToPath } from "node:url";
import { execute, prepareExperiment, type RunEvent } from "retort-rl/experiments";
import { readRuns } from "retort-rl/results";
import { lastValueFrom, tap } from "rxjs";

const out = process.argv[2] ?? "runs";
const places = { out, cache: `${out}/cache`, threads: 1 };
const runs = await prepareExperiment(fileURLToPath(new URL("small.json", import.meta.url)), ["/seed=1"]);

const show = (event: RunEvent): void => {
  const name = event.training.stage ?? event.training.run;
  if (event.kind === "report" && event.report.kind === "step") console.log(name, "step", event.report.step);
  else if (event.kind !== "report") console.log(name, event.kind);
};

const stop = new AbortController();
const stopping = tap((event: RunEvent) => {
  show(event);
  const own = event.training.stage === undefined && event.kind === "report";
  if (own && event.report.kind === "step" && event.report.step === 3) stop.abort(new Error("stopped after step 3"));
});
await lastValueFrom(execute(runs, { ...places, signal: stop.signal }).pipe(stopping)).catch((error: unknown) => {
  if (!stop.signal.aborted) throw error;
  console.log("stopped; the last whole step is kept");
});

const { signal } = new AbortController();
await lastValueFrom(execute(runs, { ...places, signal }).pipe(tap(show)));
for (const { folder, record } of readRuns(out).runs) console.log(record.status, record.metrics["accuracy"], folder);
