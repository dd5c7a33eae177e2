/** Tests of `--over-memory`, and of what is refused without it; nothing is trained. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { recorder } from "../recorder.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-memory-"));
const file = join(folder, "large.json");
// Tens of terabytes, whatever machine this is.
const experiment = {
  question: "Is there the memory?",
  task: { type: "arithmetic", numbers: [2, 2], range: [1, 4], operators: "+", train: 12, test: 4 },
  student: { type: "llama", layers: 2, width: 256, heads: 4 },
  objective: { type: "sft" },
  data: { onPolicyFraction: 0 },
  rollouts: { maxNewTokens: 256 },
  training: { steps: 2, batch: 1_048_576, optimizer: { type: "adamw", learningRate: 0.01 } },
};
writeFileSync(file, JSON.stringify(experiment));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(args, terminal), output: output(), errors: errors() };
};
const refusal = "expected what fits into the memory of this machine";

test("run and sweep refuse what the machine has no memory for, unless they are told otherwise", async () => {
  const run = await retort("run", file);
  expect(run).toMatchObject({ code: 2, output: "" });
  expect(run.errors).toMatch(/large\.json:1:\d+: \/training\/batch: expected what fits into the memory/u);
  // The file has no such run: it is said after the memory was looked at.
  const told = await retort("run", file, "--over-memory", "--only", "none");
  expect(told.errors).toContain('the file has no run "none"');
  expect(told.errors).not.toContain(refusal);
  // One line, however many trials have the same sizes.
  const sweep = await retort("sweep", file, "--axis", "seed=0,1");
  expect(sweep).toMatchObject({ code: 2, output: "" });
  expect(sweep.errors.split(refusal)).toHaveLength(2);
});

test("validate warns of it, as it may run elsewhere, and explain estimates it without taking it", async () => {
  const validated = await retort("validate", file);
  expect(validated.code).toBe(0);
  expect(validated.errors).toContain(`/training/batch: ${refusal}`);
  const explained = await retort("explain", file);
  expect(explained.code).toBe(0);
  expect(explained.output).toMatch(/[\d,]{9,} MiB at most/u);
});
