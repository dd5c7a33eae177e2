/** The types of numbers in GGUF files that are read, and how a tensor of one becomes float32. */
import { sharedNumbers } from "../../shared-numbers.ts";
import { GGMLQuantizationType } from "@huggingface/gguf";
import type { ByteSource } from "../../../files/byte-source.ts";
import { floatBytes, readFloats, type FloatType } from "../safetensors/float-types.ts";
import { q4One, q4Zero, q5One, q5Zero, q8Zero, type Packing } from "./gguf-blocks.ts";
import { q4K, q5K, q6K } from "./gguf-super-blocks.ts";

const plain = { F32: "F32", F16: "F16", BF16: "BF16" } as const satisfies Record<string, FloatType>;

const packed = {
  Q8_0: q8Zero,
  Q4_0: q4Zero,
  Q4_1: q4One,
  Q5_0: q5Zero,
  Q5_1: q5One,
  Q4_K: q4K,
  Q5_K: q5K,
  Q6_K: q6K,
} as const;

/** A type that is read, by ggml's name. */
export type GgufType = keyof typeof plain | keyof typeof packed;

const isPlain = (type: GgufType): type is keyof typeof plain => Object.hasOwn(plain, type);

/** Blocks that are unpacked at once. */
const blocksAtOnce = 4096;

/** Names of the types that are read. */
export const ggufTypes = [...Object.keys(plain), ...Object.keys(packed)] as readonly GgufType[];

/** The type with ggml's number, or its name where it is not read. */
export const typeNumbered = (number: number): GgufType | { readonly unread: string } => {
  const name = GGMLQuantizationType[number] ?? `number ${number}`;
  return ggufTypes.find((type) => type === name) ?? { unread: name };
};

/** Numbers of one block, and its bytes; one number where there are no blocks. */
export const blockOf = (type: GgufType): { readonly size: number; readonly bytes: number } =>
  isPlain(type) ? { size: 1, bytes: floatBytes[type] } : packed[type];

const unpackAll = async (
  source: ByteSource,
  { size, bytes, unpack }: Packing,
  position: number,
  count: number,
): Promise<Float32Array> => {
  const values = sharedNumbers(count);
  const buffer = new Uint8Array(bytes * Math.min(blocksAtOnce, count / size));
  for (let begin = 0; begin < count; begin += blocksAtOnce * size) {
    const part = values.subarray(begin, begin + blocksAtOnce * size);
    const blocks = buffer.subarray(0, (part.length / size) * bytes);
    await source.read(blocks, position + (begin / size) * bytes);
    unpack(blocks, part);
  }
  return values;
};

/**
 * Reads `count` numbers, a multiple of the block's, that begin at byte `position`; a few blocks at once, beside the
 * result.
 */
export const readNumbers = (
  source: ByteSource,
  type: GgufType,
  position: number,
  count: number,
): Promise<Float32Array> =>
  isPlain(type) ? readFloats(source, type, position, count) : unpackAll(source, packed[type], position, count);
