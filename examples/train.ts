/** RL + on-policy GKD for four steps: a reward and a teacher at once, from values as an experiment file has them. */
import { recipeOf, train, type RecipeValues } from "retort-rl/training";

const values: RecipeValues = {
  task: { type: "arithmetic", numbers: [2, 2], range: [1, 9], operators: "+", train: 40, test: 8 },
  student: { type: "llama", layers: 1, width: 16, heads: 2 },
  teacher: { student: "initial" },
  rewards: [{ type: "exact-match" }, { type: "well-formed", weight: 0.1 }],
  objective: {
    type: "reinforce-gkd",
    alpha: 0.5,
    divergence: { type: "jsd", beta: 0.9, scale: "normalized" },
    baseline: { type: "leave-one-out" },
  },
  rollouts: { group: 4 },
  training: { steps: 4, batch: 8, optimizer: { type: "adamw", learningRate: 0.003 } },
  evaluation: { prompts: 8 },
};
const recipe = await recipeOf(values, { threads: 1 });

// An RxJS observable: subscribing trains, unsubscribing ends every thread.
train(recipe).subscribe({
  next(report) {
    if (report.kind === "step") console.log("step", report.step, report.metrics["loss"], report.metrics["reward"]);
    if (report.kind === "evaluation") console.log("evaluation", report.step, report.metrics["accuracy"]);
    if (report.kind === "finished") console.log("finished", Object.keys(report.weights).length, "arrays of weights");
  },
  error(error: unknown) {
    throw error;
  },
});
