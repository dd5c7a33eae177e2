/** `retort check`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { recorder } from "../recorder.ts";

const root = mkdtempSync(join(tmpdir(), "retort-check-"));
afterAll(() => rmSync(root, { recursive: true }));

test("shows each law with its engine and what was measured, and ends with 0 when all hold", async () => {
  const { terminal, output } = recorder();
  expect(await main(["check", "examples/modules/hellinger.ts", "factor=2"], terminal)).toBe(0);
  expect(output()).toMatch(/^examples\/modules\/hellinger\.ts: a divergence, sha256 [0-9a-f]{12}, with \{"factor":2\}\n/u);
  expect(output()).toMatch(/holds {2}the gradient is that of the value, by finite differences {2}.*onnx .*along a random direction/u);
  expect(output()).toMatch(/\nall 14 laws hold\n$/u);
});

test("ends with 1 and the number of laws that are broken; --json has the same as data", async () => {
  const file = join(root, "broken.ts");
  writeFileSync(
    file,
    `import { defineMeasure } from "retort-rl/evaluation";
    export default defineMeasure({ create: () => ({ name: "own", samples: 1, references: false, of: () => NaN }) });`,
  );
  const { terminal, output, errors } = recorder();
  expect(await main(["check", file, "--json"], terminal)).toBe(1);
  expect(errors()).toMatch(/expected all laws of a measure to hold, got 2 broken/u);
  expect(JSON.parse(output())).toMatchObject({ kind: "measure", results: [{ passed: true }, { passed: false }, { passed: false }] });
  const wrong = recorder();
  expect(await main(["check", file, "no"], wrong.terminal)).toBe(2);
  expect(wrong.errors()).toMatch(/expected a parameter such as factor=2, got "no"/u);
});

test("a reward is tried on examples; what is constant over them is a warning, which is no failure", async () => {
  const [file, data] = [join(root, "reward.ts"), join(root, "examples.jsonl")];
  writeFileSync(file, "export default ({ completion }) => completion.length;");
  writeFileSync(data, '{ "prompt": "a", "completion": "" }\n');
  const [builtIn, own] = [recorder(), recorder()];
  expect(await main(["check", file], builtIn.terminal)).toBe(0);
  expect(builtIn.output()).toMatch(/: a reward, sha256 [0-9a-f]{12}, with \{\}\n[^]*\nall 6 laws hold\n$/u);
  expect(await main(["check", file, "--data", data], own.terminal)).toBe(0);
  expect(own.output()).toMatch(/\nwarning {2}completions differ in their values .*got 0 for all[^]*\n5 laws hold, 1 warning\n$/u);
});

test("an experiment file is sent to the command that checks those", async () => {
  const { terminal, errors } = recorder();
  expect(await main(["check", "experiments/quickstart.json"], terminal)).toBe(2);
  expect(errors()).toContain('"retort explain experiments/quickstart.json"');
});
