/** Tests of commands that read a trained student of a policy of one's own: its code is named, checked, and then run. */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { jsonClient } from "../../../src/remote/client.ts";
import { compiledCommand } from "../../fixtures/compiled-command.ts";
import { savedModel } from "../../fixtures/models.ts";
import { recorder } from "../recorder.ts";
import { serving } from "../serving.ts";

const root = mkdtempSync(join(tmpdir(), "retort-named-model-"));
afterAll(() => rmSync(root, { recursive: true }));

const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(args, terminal), output: output(), errors: errors() };
};

const experiment = {
  question: "Can a student of a policy of one's own be read again?",
  engine: "cpu",
  task: { module: "./copy.ts", length: 4 },
  student: { module: "../policies/bigram.ts" },
  rewards: [{ type: "exact-match" }],
  objective: { type: "reinforce", baseline: { type: "none" } },
  rollouts: { group: 2 },
  training: { steps: 1, batch: 4, optimizer: { type: "adamw", learningRate: 0.1 } },
  evaluation: { prompts: 2 },
};

let run: string;
let student: string;
/** What this process has not read: another one has trained the student. */
beforeAll(() => {
  const folders = ["policies", "work"].map((name) => join(root, name));
  const [policies, work] = folders as [string, string];
  for (const [name, folder] of [
    ["bigram.ts", policies],
    ["copy.ts", work],
  ] as const)
    cpSync(join("examples/modules", name), join(folder, name));
  writeFileSync(join(work, "own.json"), JSON.stringify(experiment));
  const out = join(root, "runs");
  execFileSync(process.execPath, [compiledCommand, "run", join(work, "own.json"), "--out", out, "--cache", join(root, "cache"), "--quiet"]);
  run = join(out, "own", readdirSync(join(out, "own"))[0]!);
  student = join(run, "student");
});

const ask = ["--prompt", "abab=", "--max-new-tokens", "4", "--engine", "cpu"];
const codeOf = (): string => (JSON.parse(readFileSync(join(student, "config.json"), "utf8")) as { code: string }).code;

describe("a student of a policy of one's own", () => {
  test("is not read unless its code is named; the copy in the run's folder is offered, and nothing of it runs", async () => {
    const { code, errors } = await retort("sample", student, ...ask);
    expect(code).toBe(1);
    expect(errors).toContain(`${student}: expected --module with the code of its policy, got none`);
    expect(errors).toContain(`name it: ${join(run, "code/parent/policies/bigram.ts")}, a copy of what trained it`);
  });

  test("with another code than it was trained with is refused with both hashes, before that code runs", async () => {
    const other = join(root, "other", "bigram.ts");
    cpSync(join(root, "policies"), join(root, "other"), { recursive: true });
    writeFileSync(other, `throw new Error("it runs");\n${readFileSync(other, "utf8")}`);
    for (const words of [
      ["sample", student, ...ask],
      ["convert", student, join(root, "never")],
      ["inspect", student],
    ]) {
      const { code, errors } = await retort(...words, "--module", other);
      expect(code).toBe(1);
      expect(errors).toContain(`expected a policy module with the sha256 ${codeOf()}, got `);
      expect(errors).toMatch(
        /got [0-9a-f]{64} of .*bigram\.ts \(with its imports, @tensorflow\/tfjs [\d.]+\); name .*code\/parent\/policies/u,
      );
    }
  });

  test("is sampled, served, inspected and converted with its code, the user's or the copy of its run", async () => {
    const copy = ["--module", join(run, "code/parent/policies/bigram.ts")];
    const sampled = await retort("sample", student, ...ask, "--seed", "3", ...copy);
    expect([sampled.code, sampled.output]).toEqual([0, expect.stringMatching(/^[ab=]{0,4}\n$/u)]);

    const { url, end } = await serving("serve-policy", student, "--engine", "cpu", "--name", "own", ...copy);
    const client = jsonClient({ name: "test", url });
    const { signal } = new AbortController();
    const answer = await client.post("/v1/completions", { model: "own", prompt: "ab", max_tokens: 2 }, signal);
    expect(answer).toMatchObject({ choices: [{ text: expect.stringMatching(/^[ab=]*$/u) as string }] });
    await client.close();
    expect(await end()).toBe(0);

    expect((await retort("inspect", student, ...copy)).output).toContain("retort-module");

    const [converted, file] = [join(root, "converted"), join(root, "policies/bigram.ts")];
    expect(await retort("convert", student, converted, "--module", file)).toMatchObject({ code: 0, errors: "" });
    // The same weights under the same code say the same; the folder of the run is not needed for that.
    expect((await retort("sample", converted, ...ask, "--seed", "3", "--module", file)).output).toBe(sampled.output);
    const alone = (await retort("sample", converted, ...ask)).errors;
    expect(alone).toContain(`name it: the file "bigram.ts" of what trained it`);
  });

  test("weights in a file find their configuration beside them", async () => {
    const folder = join(root, "single");
    cpSync(student, folder, { recursive: true });
    copyFileSync(join(student, "model.safetensors"), join(folder, "weights.safetensors"));
    const { errors } = await retort("sample", join(folder, "weights.safetensors"), ...ask);
    expect(errors).toContain("expected --module with the code of its policy");
  });
});

test("a model of Retort's takes no module", async () => {
  const { code, errors } = await retort("sample", await savedModel(), ...ask, "--module", "examples/modules/bigram.ts");
  expect([code, errors]).toEqual([1, expect.stringContaining("got a model of Retort's; leave it out")]);
});
