import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { compileWorkers } from "./test/setup/compiled-workers.ts";

/** Their files leave nothing behind that another file could notice, so they share one loading of TensorFlow.js and the source in each process. */
const sharing = [
  "objectives",
  "plugins",
  "policies",
  "random",
  "remote",
  "reports",
  "serving",
  "tasks",
  "teachers",
  "text-metrics",
  "tokenizers",
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig(async () => {
  const { command, redirect } = await compileWorkers();
  return {
    plugins: [{ name: "compiled-workers", enforce: "pre" as const, transform: (code: string, id: string) => redirect(code, id) }],
    test: {
      env: { RETORT_TEST_COMMAND: command },
      testTimeout: 180_000,
      hookTimeout: 180_000,
      pool: "forks",
      // Vitest itself leaves a core free, which is half of a small machine.
      maxWorkers: availableParallelism(),
      projects: [
        { extends: true as const, test: { name: "sharing", include: sharing, isolate: false } },
        { extends: true as const, test: { name: "apart", include: ["test/**/*.test.ts"], exclude: sharing } },
      ],
    },
  };
});
