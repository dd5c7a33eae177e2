/** Tests of holding users' modules to their laws: the examples keep them, and what breaks one is told. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkModule } from "../../src/checking/check-module.ts";

const root = mkdtempSync(join(tmpdir(), "retort-check-"));
afterAll(() => rmSync(root, { recursive: true }));

const example = (name: string): string => `examples/modules/${name}.ts`;

describe("examples", () => {
  test.each([
    ["hellinger", "divergence"],
    ["scaled-mean", "baseline"],
    ["confidence-penalty", "objective"],
    ["mean-words", "measure"],
    ["copy", "task"],
    ["bigram", "policy"],
  ])("%s keeps every law of a %s", async (name, kind) => {
    const checked = await checkModule(example(name));
    expect(checked.kind).toBe(kind);
    expect(checked.results.length).toBeGreaterThanOrEqual(3);
    expect(checked.results.filter(({ passed }) => !passed)).toEqual([]);
  });
});

const write = (name: string, text: string): string => {
  writeFileSync(join(root, name), text);
  return join(root, name);
};

const failed = async (file: string): Promise<string[]> =>
  (await checkModule(file)).results.flatMap(({ passed, law, detail }) => (passed ? [] : [`${law}: ${detail}`]));

const divergence = (value: string, gradient: string, laws = "{}"): string => `import * as tf from "@tensorflow/tfjs";
import { defineDivergence } from "retort-rl/objectives";
export default defineDivergence({ laws: ${laws}, create: () => ({ name: "own", formula: (teacher, student) => {
  const ratio = tf.sub(student.logProbs, teacher.logProbs);
  const value = tf.sum(tf.mul(student.probabilities, ratio), -1);
  return { value: ${value}, gradient: ${gradient} };
} }) });`;
const right = "tf.mul(student.probabilities, tf.sub(ratio, tf.expandDims(value, -1)))";

describe("a divergence", () => {
  test.each([
    [
      "with a wrong gradient",
      divergence("value", "tf.mul(student.probabilities, ratio)"),
      [/the gradient is that of the value.*expected -?\d.*got/u],
    ],
    ["that is infinite at the edge", divergence("tf.div(value, 0)", right), [/finite, also where/u, /finite differences/u, /a shift/u]],
    [
      "that claims too much",
      divergence("value", right, "{ symmetric: true, atMost: 1 }"),
      [/exchanged/u, /it is at most 1: expected at most 1, got/u],
    ],
    [
      "that is not zero where it says",
      divergence("tf.add(value, 1)", right, "{ zeroAtEqual: true }"),
      [/zero where teacher and student agree/u],
    ],
  ])("%s is told so, on each engine", async (name, text, messages) => {
    const found = await failed(write(`${name.replaceAll(" ", "-")}.ts`, text));
    expect(found).toHaveLength(2 * messages.length);
    for (const message of messages) expect(found.filter((text) => message.test(text))).toHaveLength(2);
  });
});

test.each([
  [
    "baseline.ts",
    `import { defineBaseline } from "retort-rl/objectives";
    let calls = 0;
    export default defineBaseline({ create: () => ({ name: "x", initial: null, estimate: (rewards, _group, state) => {
      calls += 1; rewards[0] = 7;
      return { baselines: new Float32Array(rewards.length).fill(calls), state }; } }) });`,
    [/the same rewards and the same state give the same/u, /its state is plain data/u, /rewards are left as they are/u],
  ],
  [
    "measure.ts",
    `import { defineMeasure } from "retort-rl/evaluation";
    export default defineMeasure({ create: () => ({ name: "bad name", samples: 1, references: false,
      of: (groups) => groups.reduce((sum, { completions }) => sum + 1 / completions[0].text.length, 0) }) });`,
    [/it has a name for metrics/u, /finite number.*got Infinity/u],
  ],
  [
    "task.ts",
    `import { defineTask } from "retort-rl/tasks"; import { characterTokenizer } from "retort-rl/tokenizers";
    export default defineTask({ create: () => ({ name: "t", tokenizer: characterTokenizer("ab"), longest: { prompt: 1, completion: 1 },
      train: [{ index: 0, text: "a", reference: "bb" }], test: [{ index: 1, text: "a", reference: "b" }],
      check: (prompt, completion) => ({ correct: completion === "b", wellFormed: true }) }) });`,
    [/none of training is tested on/u, /index/u, /longest\.completion of at least 3, got 1/u, /expected "bb" to be correct/u],
  ],
  [
    "objective.ts",
    `import * as tf from "@tensorflow/tfjs"; import { defineObjective } from "retort-rl/objectives";
    export default defineObjective({ create: () => ({ name: "o", needs: ["rewards"], learnsFrom: ["student"],
      loss: (logits) => ({ loss: tf.mean(tf.square(logits)), metrics: {} }) }) });`,
    [/outside of the completions/u, /advantages.*expected one, got the other/u],
  ],
])("%s is told each law that it breaks", async (name, text, messages) => {
  const found = await failed(write(name, text));
  for (const message of messages) expect(found.filter((text) => message.test(text)).length).toBeGreaterThan(0);
});

test("parameters are checked, and what is no module of a family is refused", async () => {
  await expect(checkModule(example("hellinger"), { factor: -1 })).rejects.toThrow(
    /\/factor: expected a number above 0, such as .+, got -1/u,
  );
  await expect(checkModule(example("hellinger"), { facto: 1 })).rejects.toThrow(/unknown key "facto"; did you mean "factor"/u);
  await expect(checkModule(write("none.ts", "export default 3;"))).rejects.toThrow(
    /expected .*none\.ts to export one of reward, divergence, .*, got number/u,
  );
  expect((await checkModule(example("hellinger"), { factor: 3 })).parameters).toEqual({ factor: 3 });
});

describe("a policy that says it reads several completions of a prompt", () => {
  const law = "several completions of a prompt are read as each alone";
  const claiming = readFileSync(example("bigram"), "utf8").replace("decoder: {", "severalCompletions: true,\n      decoder: {");

  test("is held to it", async () => {
    const { results } = await checkModule(write("several.ts", claiming));
    expect(results).toContainEqual(expect.objectContaining({ law, passed: true }));
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });

  test("is told where it does not", async () => {
    // Six positions are two completions of three; what it says of them has nothing to do with their tokens.
    const wrong = claiming.replace("look(weights, tf.slice(", 'look(weights, last === 6 ? tf.zeros([batch, last], "int32") : tf.slice(');
    expect(wrong).not.toBe(claiming);
    expect(await failed(write("not-several.ts", wrong))).toContainEqual(expect.stringMatching(new RegExp(`^${law}: expected .* got`, "u")));
  });
});
