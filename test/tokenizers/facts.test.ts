/** Tests of what is said of tokenizers of checkpoints; test/cli/commands/tokenizer has trained ones. */
import { expect, test } from "vitest";
import { withPlainChat } from "../../src/tokenizers/plain-chat.ts";
import { pieceTokenizer } from "../../src/tokenizers/pieces.ts";
import { readTokenizer } from "../../src/tokenizers/read.ts";
import { tokenizerFacts } from "../../src/tokenizers/facts.ts";

const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };

test("the unknown token of a stranger's is the one that its model names", () => {
  const tokenizer = readTokenizer({
    "tokenizer.json": {
      added_tokens: [{ id: 0, content: "</s>", ...flags }],
      pre_tokenizer: { type: "Whitespace" },
      model: { type: "WordLevel", vocab: { "</s>": 0, a: 1, what: 2 }, unk_token: "what" },
    },
    "config.json": { eos_token_id: 0 },
  });
  expect(tokenizerFacts(tokenizer)).toEqual({
    type: "WordLevel",
    vocabulary: 3,
    special: [{ id: 0, token: "</s>" }],
    end: { id: 0, token: "</s>" },
    pad: { id: 0, token: "</s>" },
    unknown: { id: 2, token: "what" },
    chatTemplate: false,
  });
});

test("the project's own refuse what they do not know, and may have a template", () => {
  const facts = tokenizerFacts(withPlainChat(pieceTokenizer(["1", "2"])));
  expect(facts).toMatchObject({ type: "pieces", vocabulary: 4, chatTemplate: true });
  expect(facts).not.toHaveProperty("unknown");
});
