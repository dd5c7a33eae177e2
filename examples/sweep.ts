/** Runs the trials of a file's sweep, each in a process of its own, and asks the results by SQL. */
import { fileURLToPath } from "node:url";
import { queryRuns, readRuns } from "retort-rl/results";
import { local, runSweep } from "retort-rl/sweeps";

const out = process.argv[2] ?? "runs";
const trials = await runSweep(fileURLToPath(new URL("small.json", import.meta.url)), {
  out,
  cache: `${out}/cache`,
  executor: local(2),
  overrides: ["/training/steps=2"],
  show: (_, changed) => {
    for (const { trial, progress } of changed) console.log(trial.label, progress.status);
  },
});
console.log(trials.map(({ progress }) => progress.status).join(" "));

const sql = "SELECT parameters->>'/objective/alpha' AS alpha, accuracy FROM runs ORDER BY alpha";
const { columns, rows } = await queryRuns(readRuns(out).runs, sql);
console.log(columns.join(" "), rows);
