/** A task of one's own: copy a short text of two letters. */
import { defineTask, taskOf, Type } from "retort-rl/tasks";
import { characterTokenizer } from "retort-rl/tokenizers";

export default defineTask({
  summary: "Copy a text of the letters a and b.",
  parameters: { length: Type.Integer({ default: 6, minimum: 1, maximum: 12, description: "Letters of a text." }) },
  create({ length }) {
    const all = Array.from({ length: 2 ** length }, (_, i) =>
      Array.from(i.toString(2).padStart(length, "0"), (digit) => (digit === "0" ? "a" : "b")).join(""),
    );
    const lines = all.map((text) => ({ text: `${text}=`, reference: text }));
    const held = (i: number): boolean => i % 4 === 0;
    return taskOf({
      name: "copy",
      tokenizer: characterTokenizer("ab="),
      train: lines.filter((_, i) => !held(i)),
      test: lines.filter((_, i) => held(i)),
      check: (prompt, completion) => ({
        correct: completion === prompt.reference,
        wellFormed: /^[ab]*$/u.test(completion),
      }),
    });
  },
});
