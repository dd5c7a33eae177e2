import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { compileWorkers } from "./test/setup/compiled-workers.ts";

export default defineConfig(async () => {
  const { command, redirect } = await compileWorkers();
  return {
    plugins: [{ name: "compiled-workers", enforce: "pre" as const, transform: (code: string, id: string) => redirect(code, id) }],
    test: {
      include: ["test/**/*.test.ts"],
      env: { RETORT_TEST_COMMAND: command },
      testTimeout: 180_000,
      hookTimeout: 180_000,
      pool: "forks",
      // Vitest itself leaves a core free, which is half of a small machine.
      maxWorkers: availableParallelism(),
    },
  };
});
