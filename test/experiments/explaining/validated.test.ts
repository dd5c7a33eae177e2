/** Tests of what is known of a file before it runs. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { validateExperiment } from "../../../src/experiments/explaining/validated.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-validated-"));
const rl = {
  objective: { type: "reinforce", baseline: { type: "leave-one-out" } },
  rollouts: { group: 2 },
  training: { steps: 2, batch: 4, optimizer: { type: "adamw", learningRate: 0.0002 }, schedule: { warmup: 0 } },
};
const textOf = (parts: object): string =>
  JSON.stringify(
    {
      question: "Why?",
      task: { type: "arithmetic", numbers: [2, 2], range: [1, 9], train: 20, test: 4 },
      student: { stage: "start" },
      stages: { start: { ...rl, student: { type: "llama", layers: 1, width: 16, heads: 4 }, rewards: [{ type: "well-formed" }] } },
      ...rl,
      ...parts,
    },
    null,
    1,
  );
const written = (parts: object) => parseSource(join(folder, "x.json"), textOf(parts));

test("the rewards of stages and of each variant are tried", async () => {
  const variants = { a: { rewards: [{ type: "exact-match" }] }, b: { rewards: [{ type: "brevity", target: 1, limit: 2 }] } };
  const runs = await validateExperiment(written({ variants }));
  const pointers = runs.map(({ tried }) => tried.flatMap(({ rewards }) => rewards.map(({ pointer, name }) => [pointer, name])));
  expect(pointers).toEqual([
    [
      ["/stages/start/rewards/0", "well-formed"],
      ["/rewards/0", "exact-match"],
    ],
    [
      ["/stages/start/rewards/0", "well-formed"],
      ["/rewards/0", "brevity"],
    ],
  ]);
});

test("a reward that throws is a problem at its place in the file", async () => {
  writeFileSync(join(folder, "throws.ts"), 'export default () => { throw new Error("no luck"); };\n');
  const rewards = [{ type: "exact-match" }, { module: "throws.ts" }];
  const source = written({ rewards });
  // The object begins on the line before its type.
  const line = textOf({ rewards })
    .split("\n")
    .findIndex((text) => text.includes('"module"'));
  await expect(validateExperiment(source)).rejects.toMatchObject({
    problems: [{ pointer: "/rewards/1", location: { file: source.path, line }, message: expect.stringContaining("no luck") as string }],
  });
});
