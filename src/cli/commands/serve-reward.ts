/** `retort serve-reward`: the rewards of an experiment file for other processes. */
import { join } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { stageStoreIn } from "../../experiments/stage-store/stage-store.ts";
import type { PlannedRun } from "../../experiments/planning/planned.ts";
import { withPrecision } from "../../engine/names.ts";
import { prepareEngine } from "../../engine/tensorflow/library/environment.ts";
import { prepareExperiment } from "../../experiments/planning/run-plan.ts";
import { rewardRecipe } from "../../experiments/running/planned-recipe.ts";
import type { RewardHandlers } from "../../rewards/reward-worker.ts";
import { connect, type Connection } from "../../workers/connect.ts";
import { restarting } from "../../workers/restarting.ts";
import { rewardRoutes } from "../../serving/reward-routes.ts";
import { addHubFlags, hubOptions, type HubFlags } from "../options/hub.ts";
import { addListenFlags, listen, type ListenFlags } from "../options/listen.ts";
import type { Terminal } from "../display/terminal.ts";

interface ServeOptions extends HubFlags, ListenFlags {
  readonly run?: string;
  readonly cache: string;
}

const rewardWorker = new URL("../../rewards/reward-worker.ts", import.meta.url);

/** The run whose rewards are served. */
const runNamed = (runs: readonly PlannedRun[], name: string | undefined): PlannedRun => {
  const [only, another] = runs;
  const named = name === undefined && another === undefined ? only : runs.find((run) => run.name === name);
  if (named !== undefined) return named;
  const names = runs.map((run) => run.name).join(", ");
  throw new InvalidArgumentError(
    `--run: expected one of the file's runs, ${names}, got ${name === undefined ? "none" : `"${name}"`}`,
  );
};

const perform = async (
  file: string,
  overrides: readonly string[],
  options: ServeOptions,
  terminal: Terminal,
): Promise<void> => {
  const run = runNamed(await prepareExperiment(file, overrides, hubOptions(options, terminal)), options.run);
  const recipe = await rewardRecipe(run, run.path, stageStoreIn(join(options.cache, "stages")));
  if (recipe.rewards.length === 0) throw new RangeError(`${file}: expected rewards, got none`);
  const { engine: name, precision = "float32" } = run.values;
  const engine = withPrecision(name, precision);
  prepareEngine(engine);
  let current: Connection<RewardHandlers> | undefined;
  const thread = restarting<RewardHandlers>({
    start: () => (current = connect<RewardHandlers>(rewardWorker, { name: "reward" })),
    prepare: async (connection) => {
      await connection.call("open", { ...recipe, engine });
    },
  });
  try {
    await thread.ready();
    await listen(rewardRoutes(thread), `the rewards of ${run.name} in ${file}`, options, terminal);
  } finally {
    await current?.close().catch(() => undefined);
  }
};

/** Adds description, arguments, options and action to the command. */
export const addServeReward = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Serves the weighted sum of a file's rewards: POST /score, GET /health. The reward http of other " +
        "experiment files.",
    )
    .argument("<file>", "experiment file: JSON with comments, or YAML")
    .argument("[overrides...]", "values to set, such as /rewards/0/weight=2");
  addListenFlags(addHubFlags(command))
    .option("--run <name>", "the run of a file with variants")
    .option("--cache <folder>", "where the stages are that rewards ask", ".retort")
    .addHelpText(
      "after",
      `
Examples:
  retort serve-reward experiments/quickstart.json --port 8001
  "rewards": [{ "type": "http", "url": "http://127.0.0.1:8001/score" }]`,
    )
    .action((file: string, overrides: string[], options: ServeOptions) => perform(file, overrides, options, terminal));
};
