/**
 * ONNX Runtime's arena in outline, for estimates: memory comes from regions that double in size, a block is the
 * smallest free one that is large enough, it is cut only when it is twice as large, and nothing goes back to the
 * system.
 */

/** Bytes of the first region. */
const firstRegion = 2 ** 20;

/** Regions double up to this. */
const largestStep = 2 ** 30;

/** Blocks are multiples of this many bytes. */
const grain = 256;

/** A block with as many bytes to spare is cut, however large it is. */
const mostSpare = 2 ** 27;

/** Part of a region. */
export interface Block {
  readonly region: number;
  readonly begin: number;
}

interface Chunk {
  readonly begin: number;
  size: number;
  isFree: boolean;
}

/** One region: its blocks side by side, and the bytes at its beginning that were ever in use. */
interface Region {
  readonly chunks: Chunk[];
  used: number;
}

/** Hands out blocks, and knows how much memory was ever touched. */
export class Arena {
  readonly #regions: Region[] = [];
  #next = firstRegion;

  /** Bytes that were in use at some time; what is beyond them in a region takes no memory. */
  get touched(): number {
    return this.#regions.reduce((sum, { used }) => sum + used, 0);
  }

  /** A block of at least so many bytes; the same is given to `release`. */
  allocate(bytes: number): Block {
    const size = Math.max(grain, Math.ceil(bytes / grain) * grain);
    const found = this.#smallest(size) ?? this.#grow(size);
    const { chunks } = this.#regions[found.region]!;
    const chunk = chunks[found.at]!;
    chunk.isFree = false;
    const spare = chunk.size - size;
    if (chunk.size >= 2 * size || spare >= mostSpare) {
      chunks.splice(found.at + 1, 0, { begin: chunk.begin + size, size: spare, isFree: true });
      chunk.size = size;
    }
    const region = this.#regions[found.region]!;
    region.used = Math.max(region.used, chunk.begin + size);
    return { region: found.region, begin: chunk.begin };
  }

  /** Takes a block back, and joins it with free ones beside it. */
  release({ region, begin }: Block): void {
    const { chunks } = this.#regions[region]!;
    const at = chunks.findIndex((chunk) => chunk.begin === begin);
    chunks[at]!.isFree = true;
    for (const first of [at, at - 1]) {
      const [left, right] = [chunks[first], chunks[first + 1]];
      if (left?.isFree !== true || right?.isFree !== true) continue;
      left.size += right.size;
      chunks.splice(first + 1, 1);
    }
  }

  #smallest(size: number): { readonly region: number; readonly at: number } | undefined {
    let best: { region: number; at: number; size: number } | undefined;
    for (const [region, { chunks }] of this.#regions.entries()) {
      for (const [at, chunk] of chunks.entries()) {
        if (chunk.isFree && chunk.size >= size && chunk.size < (best?.size ?? Infinity))
          best = { region, at, size: chunk.size };
      }
    }
    return best;
  }

  #grow(size: number): { readonly region: number; readonly at: number } {
    const before = this.#next;
    while (this.#next < size) this.#next *= 2;
    this.#regions.push({ chunks: [{ begin: 0, size: this.#next, isFree: true }], used: 0 });
    if (this.#next === before && this.#next < largestStep) this.#next *= 2;
    return { region: this.#regions.length - 1, at: 0 };
  }
}
