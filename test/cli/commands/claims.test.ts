/** Tests of `retort claims`. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { prepareSweep } from "../../../src/sweeps/planning/prepare-sweep.ts";
import { contentHash } from "../../../src/files/canonical-json.ts";
import { jsonText } from "../../../src/files/json-file.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";
import { tinyExperiment } from "../../fixtures/tiny-sweep.ts";
import { recorder } from "../recorder.ts";

const sweep = { axes: { "/objective/alpha": [0.1, 0.5], "/seed": [0, 1, 2] } };
const rises = {
  id: "rises",
  statement: "Accuracy rises with alpha.",
  type: "trend",
  metric: "accuracy",
  along: "/objective/alpha",
  direction: "increasing",
};

const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(args, terminal), output: output(), errors: errors() };
};

const written = (claims?: readonly object[]) => {
  const root = mkdtempSync(join(tmpdir(), "retort-claims-"));
  const file = join(root, "sweep.json");
  writeFileSync(file, JSON.stringify({ ...tinyExperiment(sweep), ...(claims === undefined ? {} : { claims }) }));
  return { root, file, out: join(root, "runs") };
};

/** A finished run's folder for each planned trial, as if it had been run. */
const finish = async (
  file: string,
  out: string,
  accuracy: (alpha: number, seed: number) => number,
  made: (alpha: number) => object = () => ({}),
) => {
  for (const { id, axes } of (await prepareSweep(file)).trials) {
    const [alpha, seed] = [Number(axes["/objective/alpha"]), Number(axes["/seed"])];
    const values = { objective: { alpha }, seed };
    const folder = writeRunFolder(out, { values, axes, accuracy: accuracy(alpha, seed) });
    const manifest = {
      name: "trial",
      label: "trial",
      id,
      file,
      question: "?",
      values,
      axes,
      status: "done",
      started: "2026-01-01T00:00:00.000Z",
      engine: { name: "cpu" },
      ...made(alpha),
    };
    writeFileSync(join(folder, "manifest.json"), jsonText(manifest, 2));
  }
};

test("judges by the finished trials, with the numbers", async () => {
  const { file, out } = written([rises]);
  await finish(file, out, (alpha, seed) => alpha + seed / 100);
  const { code, output } = await retort("claims", file, "--out", out);
  expect(code).toBe(0);
  expect(output).toContain(
    "replicated  rises\n  Accuracy rises with alpha.\n    rise a step along alpha: 0.4 [0.4, 0.4], 3 numbers of one setting, p 0.25",
  );
  expect(output).toContain("1 claim: 1 replicated; 6 of 6 trials are done");
});

test("trials of other code than the others are told, and not compared with them", async () => {
  const { file, out } = written([rises]);
  await finish(
    file,
    out,
    (alpha, seed) => alpha + seed / 100,
    (alpha) => ({ files: { "reward.ts": contentHash(alpha) } }),
  );
  const { code, output } = await retort("claims", file, "--out", out);
  expect(code).toBe(0);
  expect(output).toMatch(/^These runs differ in more than their seeds and what was swept: file reward\.ts\. /u);
  expect(output).toContain("1 claim: 1 not run; 6 of 6 trials are done");
  expect(JSON.parse((await retort("claims", file, "--out", out, "--json")).output)).toMatchObject({ mixed: ["file reward.ts"] });
});

test("before the trials have run there is no verdict; machines read it as JSON", async () => {
  const { file, out } = written([rises]);
  const { output } = await retort("claims", file, "--out", out, "--json");
  expect(JSON.parse(output)).toEqual({
    trials: { planned: 6, done: 0 },
    claims: [{ id: "rises", type: "trend", statement: rises.statement, outcome: "not-run", findings: [] }],
  });
});

test("trials of other values than the file's count for nothing", async () => {
  const { file, out } = written([rises]);
  await finish(file, out, (alpha) => alpha);
  const { output } = await retort("claims", file, "/training/steps=5", "--out", out);
  expect(output).toContain("1 claim: 1 not run; 0 of 6 trials are done");
});

test("a file that claims nothing is told what to do", async () => {
  const { file, out } = written();
  const { code, errors } = await retort("claims", file, "--out", out);
  expect(code).toBe(2);
  expect(errors).toContain('expected "claims", got none; add what the trials are to show');
});
