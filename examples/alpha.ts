/** Sweeps alpha of RL + on-policy GKD over one experiment file, with a divergence of one's choice, and prints how the student did. */
import { execute } from "retort-rl/experiments/execute";
import { planExperiment } from "retort-rl/experiments/plan";
import { filter, lastValueFrom, tap, toArray } from "rxjs";

const { signal } = new AbortController();

for (const alpha of [0.1, 0.5, 0.9]) {
  const runs = planExperiment("experiments/quickstart.json", [
    `/objective/alpha=${alpha}`,
    `/objective/divergence={"type": "jsd", "beta": 0.9, "scale": "normalized"}`,
  ]);
  const events = execute(runs, { out: "runs/alpha", signal }).pipe(
    filter((event) => event.kind === "report"),
    tap(({ report }) => report.kind === "step" && report.step % 100 === 0 && console.log(report.step, report.metrics)),
    filter(({ report, training }) => report.kind === "evaluation" && training.stage === undefined),
    toArray(),
  );
  console.log(
    alpha,
    (await lastValueFrom(events)).map(({ report }) => report),
  );
}
