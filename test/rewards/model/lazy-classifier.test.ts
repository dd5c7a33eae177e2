/** Tests of classifiers that are loaded when they are asked. */
import { describe, expect, onTestFinished, test } from "vitest";
import { lazyClassifier, type ClassifierQuestion } from "../../../src/rewards/model/lazy-classifier.ts";
import { answeredTask, textRollout, unansweredTask } from "../../fixtures/text-rollouts.ts";
import { expectedScores, letters, modelContext, rewardModels } from "../../fixtures/reward-models.ts";

const { signal } = new AbortController();

/** The letters' tokens by HuggingFace's library, with the end of a sequence after each text. */
const surrounded = {
  "tokenizer.json": {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: ["<pad>", "</s>"].map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { "</s>": { id: "</s>", ids: [1], tokens: ["</s>"] } },
    },
    decoder: null,
    model: {
      type: "BPE",
      vocab: Object.fromEntries(["<pad>", "</s>", ...Array.from("abcdefghijk")].map((token, id) => [token, id])),
      merges: [],
    },
  },
  "tokenizer_config.json": { eos_token: "</s>", pad_token: "<pad>" },
};

const asking = (question: Partial<ClassifierQuestion> = {}, context = modelContext) => {
  const made = lazyClassifier("mine", { model: { checkpoint: "llama" }, ...question }, context);
  onTestFinished(() => made.close());
  return made;
};

describe("what is read", () => {
  const [{ text, scores }] = expectedScores("llama") as [ReturnType<typeof expectedScores>[number]];

  test("is the prompt and the completion, each in its own tokens, and the end where there is one", async () => {
    const cut = { ...textRollout(text.slice(2), "", text.slice(0, 2)), finish: "length" as const };
    expect((await asking().score(cut, signal)).scores[0]).toBeCloseTo(scores[0]!, 5);
    const ended = await asking().score({ ...cut, finish: "stop" }, signal);
    expect(Math.abs(ended.scores[0]! - scores[0]!)).toBeGreaterThan(1e-3);
  });

  test("is the template's text, whose values are not templates", async () => {
    const rollout = textRollout(text.slice(1, 3), text.slice(3), text.slice(0, 1));
    const template = "{prompt}{completion}{reference}";
    expect((await asking({ template }).score(rollout, signal)).scores[0]).toBeCloseTo(scores[0]!, 5);
    await expect(asking({ template: "{prompt}" }).score(textRollout("", "a", "{reference}"), signal)).rejects.toThrow("{");
  });

  test("has what a model expects around a text", async () => {
    const [around, bare] = await Promise.all(
      [surrounded, letters.toJSON()].map(async (tokenizer) => {
        const models = { "checkpoint llama": { ...rewardModels["checkpoint llama"]!, tokenizer } };
        const made = asking({ template: "{completion}" }, { ...modelContext, models });
        return (await made.score({ ...textRollout("bcd", ""), finish: "length" }, signal)).scores[0]!;
      }),
    );
    const ended = (await asking().score({ ...textRollout("bcd", "", ""), finish: "stop" }, signal)).scores[0]!;
    expect(around).toBeCloseTo(ended, 5);
    expect(Math.abs(around! - bare!)).toBeGreaterThan(1e-3);
  });

  test("must be there: a template with a reference needs a task that has some", () => {
    const question = { model: { checkpoint: "llama" }, template: "{reference}{completion}" };
    expect(() => lazyClassifier("mine", question, { ...modelContext, task: unansweredTask })).toThrow(
      "mine: expected a task with references",
    );
  });
});

describe("labels", () => {
  test.each([
    [2, 2],
    ["LABEL_1", 1],
  ])("%j is number %i", async (label, index) => {
    const answer = await asking({ model: { checkpoint: "mistral" }, label, template: "{completion}" }).score(
      textRollout("abc", ""),
      signal,
    );
    expect([answer.index, answer.scores.length]).toEqual([index, 3]);
  });

  test.each([
    [3, "mine: expected a label from 0 to 2, or one of LABEL_0, LABEL_1, LABEL_2, got 3"],
    ["entailment", 'mine: expected a label from 0 to 2, or one of LABEL_0, LABEL_1, LABEL_2, got "entailment"'],
    [undefined, 'mine: expected a model with one score, got one with 3 labels; take the reward "classifier"'],
  ])("%j is refused before the first score", async (label, message) => {
    const made = asking({ model: { checkpoint: "mistral" }, ...(label === undefined ? {} : { label }) });
    await expect(made.prepare()).rejects.toThrow(new RangeError(message));
  });
});

test("a model that is not known, and one that is no classifier, are refused before the first score", async () => {
  await expect(asking({ model: { checkpoint: "judge" } }).prepare()).rejects.toThrow(
    "mine: expected to be told where the model of checkpoint judge is, got nothing",
  );
  const models = { "checkpoint judge": { folder: "test/fixtures/checkpoints/llama", tokenizer: letters.toJSON() } };
  await expect(asking({ model: { checkpoint: "judge" } }, { ...modelContext, models }).prepare()).rejects.toThrow(
    /config\.json: architectures: expected one that ends with ForSequenceClassification/,
  );
});

test("closing before anything was loaded loads nothing", async () => {
  const made = lazyClassifier("mine", { model: { checkpoint: "llama" } }, { task: answeredTask, folder: ".", models: rewardModels });
  await expect(made.close()).resolves.toBeUndefined();
});
