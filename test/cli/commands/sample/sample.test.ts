/** Tests of `retort sample`. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { savedModel } from "../../../fixtures/models.ts";
import { recorder } from "../../recorder.ts";

const sample = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["sample", ...args, "--engine", "cpu"], terminal), output: output(), errors: errors() };
};

describe("retort sample", () => {
  test("writes the completion to the output and the speed to the errors; the same seed gives the same text", async () => {
    const model = await savedModel();
    const [first, again, other] = [
      await sample(model, "--prompt", "abc", "--max-new-tokens", "12"),
      await sample(model, "--prompt", "abc", "--max-new-tokens", "12"),
      await sample(model, "--prompt", "abc", "--max-new-tokens", "12", "--seed", "1"),
    ];
    expect(first.code).toBe(0);
    expect(first.output).toMatch(/^[a-h ]{1,12}\n$/u);
    expect(first.errors).toMatch(/^\d+ tokens in [\d.]+ s, [\d.]+ tokens\/s, engine cpu\n$/u);
    expect(again.output).toBe(first.output);
    expect(other.output).not.toBe(first.output);
  });

  test("gives as many completions as are asked for, each an object with --json, with the text that is shown without", async () => {
    const model = await savedModel();
    const args = [model, "--prompt", "abc", "--max-new-tokens", "8", "--count", "3"];
    const [shown, json] = [await sample(...args), await sample(...args, "--json")];
    const all = json.output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { sample: number; text: string; tokens: number[]; logProb: number; finish: string });
    expect(all.map(({ sample: index }) => index)).toEqual([0, 1, 2]);
    expect(shown.output).toBe(`${all.map(({ text }) => text).join("\n\n")}\n`);
    for (const { tokens, logProb, finish } of all) {
      expect(tokens.length).toBeLessThanOrEqual(8);
      expect(logProb).toBeLessThan(0);
      expect(finish).toBe(tokens.at(-1) === 1 ? "stop" : "length");
    }
    expect(json.errors).toBe("");
  });

  test("takes the likeliest tokens at temperature 0, whatever the seed, and ends at a stop string, which is left out", async () => {
    const model = await savedModel();
    const greedy = async (...more: string[]) =>
      (await sample(model, "--prompt", "abc", "--max-new-tokens", "12", "--temperature", "0", ...more)).output.trimEnd();
    const whole = await greedy();
    expect(await greedy("--seed", "7")).toBe(whole);
    const stop = whole.slice(3, 5);
    expect(await greedy("--stop", stop)).toBe(whole.slice(0, whole.indexOf(stop)));
  });

  test("draws what the context has room for, and refuses only more that is asked for", async () => {
    const model = await savedModel();
    const long = async (...more: string[]) => sample(model, "--prompt", "abc", "--min-new-tokens", "61", "--json", ...more);
    for (const more of [[], ["--max-new-tokens", "61"], ["--beams", "2"]]) {
      const { code, output } = await long(...more);
      expect([code, (JSON.parse(output) as { readonly tokens: readonly number[] }).tokens.length]).toEqual([0, 61]);
    }
    expect(await long("--max-new-tokens", "62")).toMatchObject({
      code: 2,
      errors: expect.stringContaining(
        "--max-new-tokens: expected at most 61, since the model's context has 64 tokens and the prompt 3, got 62",
      ) as string,
    });
    expect(await sample(model, "--prompt", "a".repeat(64))).toMatchObject({
      code: 2,
      errors: expect.stringContaining(
        "--prompt: expected at most 63 tokens, since the model's context has 64, got 64; shorten it",
      ) as string,
    });
  });

  test.each([
    [["--temperature", "-1"], /expected a number from 0, got "-1"/],
    [["--top-p", "2"], /expected topP to be a probability/],
    [["--max-new-tokens", "1.5"], /expected a whole number from 1, got "1.5"/],
    [["--chat"], /--chat: the model has no chat template/],
    [["--engine", "abacus"], /Allowed choices are/],
  ])("%j is refused with code 2", async (args, message) => {
    const model = await savedModel();
    const { terminal, output, errors } = recorder();
    expect(await main(["sample", model, "--prompt", "abc", ...args], terminal)).toBe(2);
    expect([output(), errors()]).toEqual(["", expect.stringMatching(message)]);
  });

  test("a model that is not there, and one without a tokenizer, are refused by name", async () => {
    const { code, errors } = await sample("./nowhere", "--prompt", "abc");
    expect([code, errors]).toEqual([1, expect.stringMatching(/no folder or file is at .*nowhere/)]);
    const model = await savedModel();
    rmSync(join(model, "tokenizer.json"));
    expect((await sample(model, "--prompt", "abc")).errors).toMatch(/expected a tokenizer\.json beside the weights, got none/);
  });
});
