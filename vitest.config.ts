import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { compileWorkers } from "./test/setup/compiled-workers.ts";

const filesIn = (...folders: readonly string[]): string[] => folders.map((folder) => `test/${folder}/**/*.test.ts`);

/** Their files leave nothing behind that another file could notice, so they share one loading of the source in each process. */
const sharing = filesIn(
  "evaluation",
  "experiments",
  "files",
  "objectives",
  "optional",
  "plugins",
  "policies",
  "random",
  "remote",
  "reports",
  "results",
  "rewards",
  "rollouts",
  "runs",
  "serving",
  "sweeps",
  "tasks",
  "teachers",
  "text-metrics",
  "tokenizers",
  "training",
  "workers",
);

/** Some of these folders count the threads or the memory of their process, which is then their own. */
const counting = [
  "test/experiments/{running/execute,running/early-threads,rules/reward-model-rules,rules/pair-rules,planning/run-plan-inputs}.test.ts",
  "test/training/{threads/run-threads,threads/early-threads,threads/scoring-threads,threads/thread-group,learner/learner,step/signals}.test.ts",
  "test/workers/idle-threads.test.ts",
  "test/training/{faults-over-sockets,train,train-*}.test.ts",
];

/** Theirs have TensorFlow.js as it is published: its backends load it themselves, and a process shall not have it twice. */
const published = filesIn("engine");

export default defineConfig(async () => {
  const { command, tensorflow, redirect } = await compileWorkers();
  const resolve = { alias: [{ find: /^@tensorflow\/tfjs$/, replacement: tensorflow }] };
  return {
    plugins: [
      {
        name: "compiled-workers",
        enforce: "pre" as const,
        transform: (code: string, id: string) => redirect(code, id),
      },
    ],
    test: {
      server: { deps: { external: [tensorflow] } },
      env: { RETORT_TEST_COMMAND: command },
      testTimeout: 180_000,
      hookTimeout: 180_000,
      pool: "forks",
      // Vitest itself leaves a core free, which is half of a small machine.
      maxWorkers: availableParallelism(),
      projects: [
        {
          extends: true as const,
          resolve,
          test: { name: "sharing", include: sharing, exclude: counting, isolate: false },
        },
        { extends: true as const, resolve, test: { name: "counting", include: counting } },
        {
          extends: true as const,
          resolve,
          test: { name: "apart", include: filesIn("*"), exclude: [...sharing, ...published] },
        },
        { extends: true as const, test: { name: "published", include: published } },
      ],
    },
  };
});
