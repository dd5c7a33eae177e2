/** Instructions of a processor. */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { instructionSets, instructionSetsIn } from "../../src/engine/instruction-sets.ts";

test("those that matter are read from what Linux says of the first processor", () => {
  const text = "processor\t: 0\nflags\t\t: fpu sse avx2 avx amx_bf16 avx512f_not\nbugs\t: avx512f\n\nprocessor\t: 1\nflags\t\t: fma\n";
  expect(instructionSetsIn(text)).toEqual(["avx", "avx2", "amx_bf16"]);
  expect(instructionSetsIn("Features\t: fp asimd")).toEqual([]);
});

// Needs Linux on x64.
test.skipIf(!existsSync("/proc/cpuinfo") || process.arch !== "x64")("this machine's are found", () => {
  expect(instructionSets()).toContain("avx");
});
