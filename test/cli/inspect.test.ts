/** Tests of `retort inspect`. */
import { expect, test } from "vitest";
import { main } from "../../src/cli/program.ts";
import { inspectionText } from "../../src/cli/inspect.ts";
import { savedModel } from "../fixtures/models.ts";
import { recorder } from "./recorder.ts";

/** Of one layer 16 wide over 11 tokens: embedding, four square matrices, three of 48, three norms. */
const parameters = 11 * 16 + 4 * 16 * 16 + 3 * 16 * 48 + 3 * 16;

test("says family, sizes, tokenizer and memory", async () => {
  const model = await savedModel();
  const { terminal, output } = recorder();
  expect(await main(["inspect", model], terminal)).toBe(0);
  expect(output()).toBe(
    [
      model,
      "",
      "family      llama",
      `parameters  ${parameters.toLocaleString("en")}`,
      "vocabulary  11",
      "context     64 tokens",
      "width       16",
      "tokenizer   11 tokens, ends with <eos>, without a chat template",
      "inference   0.0 MiB for the weights",
      "training    0.1 MiB for weights, gradient and AdamW; less where parts are frozen",
      "            0.1 MiB for the logits of 1,024 tokens, and the layers' activations",
      "",
    ].join("\n"),
  );
});

test("says of a classifier how many scores it gives", async () => {
  const { terminal, output } = recorder();
  expect(await main(["inspect", "test/fixtures/classifiers/mistral"], terminal)).toBe(0);
  expect(output()).toContain("scores      3 of each sequence, instead of next tokens\n");
});

test("as JSON, with sizes in bytes; a checkpoint without a tokenizer has none", async () => {
  const { terminal, output } = recorder();
  expect(await main(["inspect", "test/fixtures/checkpoints/t5", "--json"], terminal)).toBe(0);
  const found = JSON.parse(output()) as Parameters<typeof inspectionText>[0];
  expect(found).toMatchObject({ family: "t5", memory: { inference: 4 * found.parameters, training: 28 * found.parameters } });
  expect(found).not.toHaveProperty("tokenizer");
  expect(inspectionText({ ...found, tokenizer: undefined })).toContain("tokenizer   none\n");
});
