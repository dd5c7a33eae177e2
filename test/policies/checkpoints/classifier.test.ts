/** Classifiers of transformers: the same scores, saved and read again, and refused where they are something else. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { classifierFrom, labelsOf, loadClassifier, studentPolicyOf } from "../../../src/policies/checkpoints/classifier.ts";
import { savePolicy } from "../../../src/policies/checkpoints/huggingface.ts";
import { classifiersFolder, scoresOf } from "../../fixtures/classifier-scores.ts";
import { bytesOf } from "../../fixtures/recipes.ts";
import { checkpointsFolder } from "../../fixtures/reference-checkpoint.ts";
import { engines, farthest } from "../../laws/evaluate.ts";

interface Expected {
  readonly rows: number[][];
  readonly scores: number[][];
}

const read = (...names: string[]): Record<string, unknown> => JSON.parse(readFileSync(join(...names), "utf8")) as Record<string, unknown>;

describe.each(readdirSync(classifiersFolder))("%s", (name) => {
  const cases = engines.flatMap((engine) => (["left", "right"] as const).map((side) => ({ ...engine, side })));

  test.each(cases)("gives the scores of transformers to 1e-4 on $name, padded $side", async ({ evaluate, side }) => {
    const checkpoint = await loadClassifier(join(classifiersFolder, name));
    const { rows, scores } = read(classifiersFolder, name, "expected.json") as unknown as Expected;
    expect(checkpoint.classifier.labels).toBe(scores[0]!.length);
    expect(farthest((await scoresOf(evaluate, checkpoint, rows, side)).flat(), scores.flat())).toBeLessThan(1e-4);
    const [row] = rows;
    expect(farthest((await scoresOf(evaluate, checkpoint, [row!], side)).flat(), scores[0]!)).toBeLessThan(1e-4);
  });

  test("is saved and read as it was", async () => {
    const { classifier, weights } = await loadClassifier(join(classifiersFolder, name));
    const folder = mkdtempSync(join(tmpdir(), "retort-classifier-"));
    await savePolicy(folder, { policy: classifier, weights });
    const again = await loadClassifier(folder);
    expect(again.classifier.parameters).toEqual(classifier.parameters);
    expect(again.classifier.config).toEqual(classifier.config);
    expect(bytesOf(again.weights)).toEqual(bytesOf(weights));
    expect(read(folder, "config.json")["architectures"]).toEqual(read(classifiersFolder, name, "config.json")["architectures"]);
  });
});

test("labels keep their names", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-classifier-"));
  cpSync(join(classifiersFolder, "mistral"), folder, { recursive: true });
  const config = { ...read(folder, "config.json"), id2label: { 0: "entailment", 2: "contradiction", 1: 7 } };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  const { classifier, weights } = await loadClassifier(folder);
  expect(classifier.labelNames).toEqual(["entailment", "LABEL_1", "contradiction"]);
  await savePolicy(folder, { policy: classifier, weights });
  expect(read(folder, "config.json")).toMatchObject({
    id2label: { 0: "entailment", 1: "LABEL_1", 2: "contradiction" },
    label2id: { entailment: 0, LABEL_1: 1, contradiction: 2 },
  });
});

test("a student is a policy, or a reward model where the configuration is of one", () => {
  const student = studentPolicyOf(read(classifiersFolder, "llama", "config.json"));
  expect(Object.keys(student.parameters)).toContain("score.weight");
  expect(Object.keys(studentPolicyOf(read(checkpointsFolder, "llama", "config.json")).parameters)).not.toContain("score.weight");
  expect(() => studentPolicyOf(read(classifiersFolder, "mistral", "config.json"))).toThrow(
    "id2label: expected one label of a reward model, got 3",
  );
});

describe("labels of a configuration", () => {
  const architectures = ["LlamaForSequenceClassification"];
  test.each<[unknown, number | undefined]>([
    [{ architectures }, 2],
    [{ architectures, num_labels: 5 }, 5],
    [{ architectures, id2label: { 0: "good" }, num_labels: 5 }, 1],
    [{ architectures: ["LlamaForCausalLM"], num_labels: 5 }, undefined],
    [{}, undefined],
    ["config", undefined],
  ])("%j are %s", (document, labels) => {
    expect(labelsOf(document)).toBe(labels);
  });

  test.each([{ num_labels: 0 }, { num_labels: "3" }, { id2label: {} }, { num_labels: 1e9 }])("%j are refused", (changes) => {
    expect(() => labelsOf({ architectures, ...changes })).toThrow("id2label: expected 1 to 1000000 labels");
  });
});

describe("is refused", () => {
  test("a policy that continues sequences", async () => {
    const message = /config\.json: architectures: expected one that ends with ForSequenceClassification, got \["LlamaForCausalLM"\]/u;
    await expect(loadClassifier(join(checkpointsFolder, "llama"))).rejects.toThrow(message);
    expect(() => classifierFrom({ model_type: "other" })).toThrow(RangeError);
  });

  test("a configuration of more labels than there are weights of", async () => {
    const folder = mkdtempSync(join(tmpdir(), "retort-classifier-"));
    cpSync(join(classifiersFolder, "mistral"), folder, { recursive: true });
    const config = read(folder, "config.json");
    writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, id2label: { 0: "a" } }));
    await expect(loadClassifier(folder)).rejects.toThrow(`"score.weight": expected [1, 16], got [3, 16]`);
  });
});
