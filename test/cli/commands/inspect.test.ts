/** Tests of `retort inspect`. */
import { expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { inspectionText } from "../../../src/cli/commands/inspect.ts";
import { savePolicy } from "../../../src/policies/checkpoints/huggingface.ts";
import { policies } from "../../../src/policies/families/index.ts";
import { initialWeights } from "../../../src/policies/initialize.ts";
import { savedModel, temporaryFolder } from "../../fixtures/models.ts";
import { recorder } from "../recorder.ts";

/** Of one layer 16 wide over 11 tokens: embedding, four square matrices, three of 48, three norms. */
const parameters = 11 * 16 + 4 * 16 * 16 + 3 * 16 * 48 + 3 * 16;

test("says family, sizes, tokenizer and memory", async () => {
  const model = await savedModel();
  const { terminal, output } = recorder();
  expect(await main(["inspect", model], terminal)).toBe(0);
  expect(output().split("\n")).toEqual([
    model,
    "",
    "family      llama",
    `parameters  ${parameters.toLocaleString("en")}`,
    "vocabulary  11",
    "context     64 tokens",
    "layers      1",
    "width       16",
    "tokenizer   11 tokens, ends with <eos>, without a chat template",
    "weights     0.0 MiB",
    expect.stringMatching(/^sampling {4}\d\.\d MiB with the weights, for 1 x 64 tokens, half of them prompt$/u),
    expect.stringMatching(/^scoring {5}\d\.\d MiB with the weights, for all log-probs of 1 x 64 tokens$/u),
    expect.stringMatching(/^training {4}\d\.\d MiB with weights and AdamW, for a step of distillation on 1 x 64 tokens; less where/u),
    "",
  ]);
});

test("says of a classifier how many scores it gives", async () => {
  const { terminal, output } = recorder();
  expect(await main(["inspect", "test/fixtures/classifiers/mistral"], terminal)).toBe(0);
  expect(output()).toContain("scores      3 of each sequence, instead of next tokens\n");
  expect(output()).not.toContain("sampling");
});

test.each([
  ["llama3", "layers      2\n"],
  ["gpt2", "layers      2\n"],
])("says how many layers a %s has", async (name, line) => {
  const { terminal, output } = recorder();
  expect(await main(["inspect", `test/fixtures/checkpoints/${name}`], terminal)).toBe(0);
  expect(output()).toContain(line);
});

test("says nothing of layers where a policy is not made of them", async () => {
  const folder = temporaryFolder();
  const policy = policies.create({ type: "ngram", order: 2 }, { vocabularySize: 9, contextLength: 12 });
  await savePolicy(folder, { policy, weights: initialWeights(policy, 1) });
  const { terminal, output } = recorder();
  expect(await main(["inspect", folder], terminal)).toBe(0);
  expect(output()).not.toContain("layers");
});

test("as JSON, with sizes in bytes; a checkpoint without a tokenizer has none", async () => {
  const { terminal, output } = recorder();
  expect(await main(["inspect", "test/fixtures/checkpoints/t5", "--json"], terminal)).toBe(0);
  const found = JSON.parse(output()) as Parameters<typeof inspectionText>[0];
  expect(found).toMatchObject({
    family: "t5",
    layers: 2,
    memory: { weights: 4 * found.parameters, uses: { batch: 1, length: found.context } },
  });
  const { sampling, scoring, training } = found.memory.uses!;
  expect(Math.min(sampling, scoring)).toBeGreaterThan(4 * found.parameters);
  expect(training).toBeGreaterThan(3 * 4 * found.parameters + scoring);
  expect(found).not.toHaveProperty("tokenizer");
  expect(inspectionText({ ...found, tokenizer: undefined })).toContain("tokenizer   none\n");
});

test("for as many sequences and tokens as are asked for, within the context", async () => {
  const model = await savedModel();
  const usesOf = async (...args: string[]) => {
    const { terminal, output, errors } = recorder();
    const code = await main(["inspect", model, "--json", ...args], terminal);
    return {
      code,
      errors: errors(),
      uses: code === 0 ? (JSON.parse(output()) as Parameters<typeof inspectionText>[0]).memory.uses : undefined,
    };
  };
  const [one, many] = [await usesOf("--length", "32"), await usesOf("--length", "32", "--batch", "8")];
  expect([one.uses, many.uses]).toMatchObject([
    { batch: 1, length: 32 },
    { batch: 8, length: 32 },
  ]);
  for (const use of ["sampling", "scoring", "training"] as const) expect(many.uses![use]).toBeGreaterThan(one.uses![use]);
  const long = await usesOf("--length", "65");
  expect(long.code).not.toBe(0);
  expect(long.errors).toMatch(/--length: expected 2 to 64 tokens, the context of the model, got 65/u);
});
