/** The readers that are fuzzed: one line each. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeText, memorySource } from "../../src/files/byte-source.ts";
import { readGgufHeader } from "../../src/policies/checkpoints/gguf/gguf-header.ts";
import { interpretGguf } from "../../src/policies/checkpoints/gguf/gguf.ts";
import { policyOf } from "../../src/policies/checkpoints/huggingface.ts";
import { parseIndex } from "../../src/policies/checkpoints/safetensors/safetensors-files.ts";
import { decodeSafetensors } from "../../src/policies/checkpoints/safetensors/safetensors.ts";
import { wholeText, type FuzzedReader, type JsonPart } from "./reader.ts";
import { readers as answerReaders } from "./answer-readers.ts";
import { readers as chatReaders } from "./chat-readers.ts";
import { readers as experimentReaders } from "./experiment-readers.ts";
import { readers as metricsReaders } from "./metrics-readers.ts";
import { readers as promptReaders } from "./prompt-readers.ts";
import { readers as requestReaders } from "./request-readers.ts";
import { readers as runReaders } from "./run-readers.ts";
import { readers as tableReaders } from "./table-readers.ts";
import { readers as tokenizerReaders } from "./tokenizer-readers.ts";

const files = (...paths: readonly string[]): Promise<Uint8Array[]> =>
  Promise.all(paths.map((path) => readFile(join(import.meta.dirname, "../fixtures", path))));

/** The header of a safetensors file. */
const headerText: JsonPart = {
  text: (bytes) => {
    if (bytes.length < 8) return undefined;
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    return length > bytes.length - 8 ? undefined : new TextDecoder().decode(bytes.subarray(8, 8 + length));
  },
  withText: (bytes, text) => {
    const old = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
    return Buffer.concat([length, Buffer.from(text), bytes.subarray(8 + old)]);
  },
};

const safetensors: FuzzedReader = {
  name: "safetensors",
  seeds: await files(
    "checkpoints/llama/model.safetensors",
    "safetensors/sharded/model-00001-of-00003.safetensors",
    "checkpoints/gemma/model.safetensors",
  ),
  json: headerText,
  read: decodeSafetensors,
};

const index: FuzzedReader = {
  name: "index",
  seeds: await files("safetensors/sharded/model.safetensors.index.json"),
  json: wholeText,
  read: (bytes) => parseIndex(decodeText(bytes)),
};

const gguf: FuzzedReader = {
  name: "gguf",
  seeds: await files("gguf/llama.gguf", "gguf/gpt2.gguf", "gguf/blocks.gguf", "gguf/gemma.gguf"),
  read: async (bytes) => {
    const source = memorySource(bytes);
    const { config, stored, tokenizer } = await interpretGguf("", await readGgufHeader(source), (use) => use(source));
    return { config, tokenizer, weights: await stored.read(Object.keys(stored.tensors)) };
  },
};

const config: FuzzedReader = {
  name: "config",
  seeds: await files(
    "checkpoints/llama3/config.json",
    "checkpoints/qwen3/config.json",
    "checkpoints/gpt2/config.json",
    "checkpoints/t5/config.json",
    "safetensors/sharded/config.json",
  ),
  json: wholeText,
  read: (bytes) => policyOf(JSON.parse(decodeText(bytes))),
};

/** Every reader. */
export const readers: readonly FuzzedReader[] = [
  safetensors,
  index,
  gguf,
  config,
  ...tokenizerReaders,
  ...chatReaders,
  ...promptReaders,
  ...experimentReaders,
  ...runReaders,
  ...metricsReaders,
  ...tableReaders,
  ...answerReaders,
  ...requestReaders,
];
