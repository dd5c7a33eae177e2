/** Tests of the laws of rewards of one's own: what keeps them, and what each broken one says. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkModule } from "../../src/checking/check-module.ts";

const root = mkdtempSync(join(tmpdir(), "retort-check-reward-"));
afterAll(() => rmSync(root, { recursive: true }));

let files = 0;
const write = (text: string, ending = "ts"): string => {
  const file = join(root, `own-${(files += 1)}.${ending}`);
  writeFileSync(file, text);
  return file;
};

/** What is not as it should be: broken laws and warnings. */
const found = async (source: string, data?: string): Promise<string[]> => {
  const options = data === undefined ? {} : { data: write(data, "jsonl") };
  const { results, kind } = await checkModule(write(source), {}, options);
  expect(kind).toBe("reward");
  return results
    .filter(({ passed, warned }) => !passed || warned === true)
    .map(({ law, detail, warned }) => `${warned === true ? "warning: " : ""}${law}: ${detail}`);
};

test.each(["digits.ts", "length.mjs", "length.cjs", "defined.ts"])("%s keeps them all, whatever its form", async (name) => {
  const { results, parameters } = await checkModule(`test/fixtures/rewards/${name}`);
  expect(results.map(({ passed, warned = false }) => [passed, warned])).toEqual(Array.from({ length: 6 }, () => [true, false]));
  expect(parameters).toEqual(name === "defined.ts" ? { factor: 2 } : {});
});

describe("a reward", () => {
  test.each([
    [
      "that reads another name",
      "({ text }) => text.length",
      [/reads only .*the completion's text is "completion"/u, /one finite number.*own-/u],
    ],
    [
      "that reads a field",
      "({ fields }) => fields.topic.length",
      [/reads only .*got "topic".*; --data FILE tries it/u, /one finite number/u],
    ],
    ["that is no number", "({ completion }) => completion", [/finite number for "5" of "Add 2 and 3\.", got 5/u]],
    ["that is infinite", "({ completion }) => 1 / completion.length", [/finite number for "" of "Add 2 and 3\.", got Infinity/u]],
    ["that throws", `() => { throw new Error("no"); }`, [/expected a value for "5" of .*, got an error: no \(at own-\d+\.ts/u]],
    ["that draws", "({ completion }) => completion.length + Math.random()", [/the same completion/u, /what else is scored/u]],
    [
      "that changes what it gets",
      "({ completion }, { rollout }) => { const { length } = completion; rollout.tokens[0] += 1; return length; }",
      [/left as they are: expected "5" of "Add 2 and 3\." unchanged/u],
    ],
    ["that is the same for all", "() => 1", [/^warning: .*expected two values at least, got 1 for all.*--data/u]],
  ])("%s is told", async (_name, score, messages) => {
    const all = await found(`export default ${score};`);
    expect(all).toHaveLength(messages.length);
    for (const [i, message] of messages.entries()) expect(all[i]).toMatch(message);
  });

  test("of batches that looks at its neighbours or the order is told, and one that does not is not", async () => {
    const batch = (score: string) => `import { reward } from "retort-rl/rewards"; export default reward.batch(${score});`;
    expect(await found(batch("(all) => all.map(({ completion }) => completion.length)"))).toEqual([]);
    expect(await found(batch("(all) => all.map((_one, i) => i)"))).toEqual([expect.stringMatching(/the order of its batch changes it$/u)]);
    expect(await found(batch("(all) => all.map(({ completion }) => completion.length / all.length)"))).toEqual([
      expect.stringMatching(/alone it has another one than among others$/u),
    ]);
    expect(await found(batch("() => [1]"))).toEqual([expect.stringMatching(/expected 18 numbers, one for each example, got 1/u)]);
  });
});

describe("examples of one's own", () => {
  const lines = (...all: object[]): string => all.map((line) => `${JSON.stringify(line)}\n`).join("");

  test("are completions, references and fields of their prompts", async () => {
    const source = "export default ({ completion, reference, fields }) => completion.length + reference.length + Number(fields.year)";
    expect(await found(source, lines({ prompt: "a", completion: "b", reference: "cc", year: "7" }))).toEqual([]);
    expect(await found(source, lines({ prompt: "a", completion: "\uD83D", reference: "cc", day: "7" }))).toHaveLength(2);
    expect(await found("export default ({ fields }) => Number(fields.year)", lines({ prompt: "a", year: "7" }))).toEqual([
      expect.stringMatching(/^warning: .*got 7 for all: nothing can be learned from it$/u),
    ]);
    // Without references reading one is refused, as in a task without them.
    expect((await found("export default ({ reference }) => reference.length", lines({ prompt: "a" })))[0]).toMatch(
      /got check without any/u,
    );
  });

  test.each([
    ['{"completion": "a"}', /own-\d+\.jsonl:1: expected a text "prompt", got none; lines are such as/u],
    ['{"prompt": "a", "reference": 5}', /:1: expected a text "reference", got 5/u],
    ['{"prompt": "a", "year": 7}', /:1: expected a text "year", got 7/u],
    ['{"prompt": "a", "reference": "b"}\n{"prompt": "c"}', /expected references of all prompts or of none, got 1 of 3/u],
    ["\n", /expected lines such as/u],
  ])("%j is refused", async (data, message) => {
    await expect(found("export default () => 1;", data)).rejects.toThrow(message);
  });

  test("are of no use to another kind", async () => {
    await expect(checkModule("examples/modules/hellinger.ts", {}, { data: "x.jsonl" })).rejects.toThrow(
      /for a reward alone, got some for a divergence/u,
    );
  });
});
