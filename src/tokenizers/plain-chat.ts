/** How conversations are written with a tokenizer that came without a template. */
import type { ModelTokenizer } from "./huggingface/tokenizer.ts";
import { readTokenizer } from "./read.ts";
import { specialTokens } from "./tokenizer-json.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Each message is a line with its role and a colon, and its content below; the assistant's comes last. */
const template =
  "{% for message in messages %}{{ message.role + ':\\n' + message.content + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ 'assistant:\\n' }}{% endif %}";

/**
 * The same tokenizer with a plain template of conversations; `toJSON` has it too. The tokenizer is of the project, or
 * one whose `toJSON` is a `tokenizer.json` in its form. Errors are those of `readTokenizer`.
 */
export const withPlainChat = (tokenizer: Tokenizer): ModelTokenizer =>
  readTokenizer({ "tokenizer.json": tokenizer.toJSON(), "tokenizer_config.json": { chat_template: template } });

/** What writes conversations in that template, before there is a tokenizer. */
export const plainWriter: Pick<ModelTokenizer, "chatTemplate" | "beginId" | "endId" | "tokenOf"> = {
  chatTemplate: template,
  beginId: undefined,
  endId: 1,
  tokenOf: (id) => specialTokens[id] ?? "",
};
