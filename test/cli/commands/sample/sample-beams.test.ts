/** Tests of `retort sample --beams`. */
import { describe, expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { savedModel } from "../../../fixtures/models.ts";
import { recorder } from "../../recorder.ts";

const sample = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["sample", ...args, "--engine", "cpu"], terminal), output: output(), errors: errors() };
};

describe("retort sample --beams", () => {
  test("searches the likeliest completions, the best first, at least as likely as the greedy one", async () => {
    const model = await savedModel();
    const args = [model, "--prompt", "abc", "--max-new-tokens", "6"];
    const objects = async (...more: string[]) =>
      (await sample(...args, "--json", ...more)).output
        .trimEnd()
        .split("\n")
        .map(
          (line) => JSON.parse(line) as { sample: number; text: string; tokens: number[]; logProb: number; score: number; finish: string },
        );
    const found = await objects("--beams", "4", "--count", "4", "--length-penalty", "0");
    expect(found.map(({ sample: index }) => index)).toEqual([0, 1, 2, 3]);
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
    const [greedy] = await objects("--temperature", "0");
    expect(found[0]!.score).toBeGreaterThanOrEqual(greedy!.logProb - 1e-4);
    const [alone] = await objects("--beams", "1", "--length-penalty", "2");
    expect([alone!.tokens, alone!.text]).toEqual([greedy!.tokens, greedy!.text]);
    expect(alone!.score).toBeCloseTo(greedy!.logProb / alone!.tokens.length ** 2, 4);
    const shown = await sample(...args, "--beams", "4", "--count", "2", "--length-penalty", "0");
    expect(shown.output).toBe(`${found[0]!.text}\n\n${found[1]!.text}\n`);
    expect(shown.errors).toMatch(/^\d+ tokens in [\d.]+ s, [\d.]+ tokens\/s, engine cpu\n$/u);
    const stop = found[0]!.text.slice(1, 3);
    const [cut] = await objects("--beams", "4", "--length-penalty", "0", "--stop", stop);
    expect(cut).toMatchObject({
      text: found[0]!.text.slice(0, found[0]!.text.indexOf(stop)),
      finish: "stop-string",
      score: found[0]!.score,
    });
  });

  test.each([
    [["--beams", "0"], /expected a whole number from 1, got "0"/],
    [["--beams", "2", "--count", "3"], /--count: expected at most the 2 completions of --beams, got 3/],
    [["--beams", "2", "--top-k", "3"], /'--beams <n>' cannot be used with option '--top-k <k>'/],
    [["--beams", "2", "--length-penalty", "x"], /expected a number, got "x"/],
  ])("%j is refused with code 2", async (args, message) => {
    const { code, output, errors } = await sample(await savedModel(), "--prompt", "abc", ...args);
    expect([code, output, errors]).toEqual([2, "", expect.stringMatching(message)]);
  });
});
