/** Whose tokens a task of prompts is written in: trained on its file, of a file, or of a checkpoint. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Type, type Static } from "@sinclair/typebox";
import { readBounded } from "../../files/regular-file.ts";
import { closedObject } from "../../plugins/closed-object.ts";
import { withPlainChat } from "../../tokenizers/plain-chat.ts";
import { tokenizerFromJSON } from "../../tokenizers/read.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import { trainedKinds, trainTokenizer, type TrainedKind } from "../../tokenizers/train.ts";
import type { Writer } from "./prompt-lines.ts";

/** The property of the task. */
export const TaskTokenizer = Type.Union(
  [
    ...trainedKinds,
    closedObject(
      {
        path: Type.String({
          minLength: 1,
          description: "A tokenizer.json, as retort tokenizer train writes it, relative to the experiment file.",
        }),
      },
      { description: "A trained tokenizer in a file." },
    ),
    closedObject(
      {
        checkpoint: Type.String({
          minLength: 1,
          description: "A folder or a file, relative to the experiment file, or a name of the HuggingFace Hub.",
        }),
      },
      { description: "The tokenizer of a checkpoint." },
    ),
  ],
  {
    description:
      "Whose tokens are used. characters, words or bpe: a tokenizer that is trained on the task's training " +
      "prompts and references. When left out the student's, which must then come from a checkpoint.",
  },
);

/** Its values. */
export type TaskTokenizer = Static<typeof TaskTokenizer>;

/** What is trained; `undefined` for what is read from somewhere. */
export const trainedKind = (named: TaskTokenizer | undefined): TrainedKind | undefined =>
  typeof named === "object" && !("bpe" in named) ? undefined : named;

/** True for the values of a task of prompts that brings a tokenizer of its own: a trained one, or one in a file. */
export const bringsTokenizer = (task: { readonly type: string; readonly tokenizer?: unknown }): boolean => {
  const { type, tokenizer } = task;
  if (type !== "prompts" || tokenizer === undefined) return false;
  return typeof tokenizer !== "object" || tokenizer === null || !("checkpoint" in tokenizer);
};

/** Whether the task trains its tokenizer on its training lines. */
export const trainsTokenizer = (task: Parameters<typeof bringsTokenizer>[0]): boolean =>
  bringsTokenizer(task) && !(typeof task.tokenizer === "object" && task.tokenizer !== null && "path" in task.tokenizer);

/** A tokenizer, and what writes conversations with it. */
export interface TaskTokens {
  readonly tokenizer: Tokenizer;
  /** The same one, with a plain template where it came without one and the task brings it. */
  readonly writer: Tokenizer & Writer;
  /** sha256 of the file that it was read from, in hexadecimal, if it was. */
  readonly file?: string;
}

/** Those of a tokenizer that a task brings. */
const broughtTokens = (tokenizer: Tokenizer & Writer): TaskTokens => ({
  tokenizer,
  writer: tokenizer.chatTemplate === undefined ? withPlainChat(tokenizer) : tokenizer,
});

/** Those of a tokenizer that is trained on texts. Errors as of `trainTokenizer`. */
export const trainedTokens = (texts: readonly string[], kind: TrainedKind): TaskTokens =>
  broughtTokens(trainTokenizer(texts, kind));

/** Longest file of a tokenizer, in bytes. */
const longest = 100_000_000;

const fromFile = (path: string): TaskTokens => {
  if (!existsSync(path)) throw new RangeError(`${path}: expected a tokenizer.json, got no file`);
  try {
    const { bytes } = readBounded(path, longest);
    const tokens = broughtTokens(tokenizerFromJSON(JSON.parse(bytes.toString("utf8"))));
    return { ...tokens, file: createHash("sha256").update(bytes).digest("hex") };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(message.startsWith(path) ? message : `${path}: ${message}`, { cause });
  }
};

/** The tokens that need no training: those that were given, or those of a file. `RangeError` where there are none. */
export const readTokens = (named: TaskTokenizer | undefined, document: unknown, folder: string): TaskTokens => {
  if (document !== undefined) {
    const tokenizer = tokenizerFromJSON(document);
    // Where a task brought a tokenizer to conversations, the document has their template.
    return { tokenizer, writer: tokenizer };
  }
  if (typeof named === "object" && "path" in named) return fromFile(resolve(folder, named.path));
  throw new RangeError(
    'prompts: expected a tokenizer, got none; add "tokenizer": { "bpe": 512 } (or "words", "characters") to train ' +
      "one on the prompts, or take a student from a checkpoint",
  );
};
