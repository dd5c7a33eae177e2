/** The tests that mutants of src/objectives run against: the fast ones of that folder. */
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["test/objectives/**/*.test.ts"] } });
