/** Tokenizers: text to ids and back. */
export { trainBpe } from "../tokenizers/bpe/train.ts";
export type { BpeOptions } from "../tokenizers/bpe/train.ts";
export { characterTokenizer } from "../tokenizers/characters.ts";
export { chatPrompt } from "../tokenizers/chat/prompt.ts";
export type { ChatMessage, ChatOptions } from "../tokenizers/chat/prompt.ts";
export type { ModelTokenizer } from "../tokenizers/huggingface/tokenizer.ts";
export { pieceTokenizer } from "../tokenizers/pieces.ts";
export { promptIds } from "../tokenizers/prompt-ids.ts";
export { tokenizerFromJSON } from "../tokenizers/read.ts";
export type { Tokenizer } from "../tokenizers/tokenizer.ts";
export { learnWords, wordTokenizer } from "../tokenizers/words.ts";
export type { WordOptions } from "../tokenizers/words.ts";
export type { AddedSpecialIds } from "../tokenizers/huggingface/post-processors.ts";
