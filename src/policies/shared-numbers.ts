/** Memory of weights: every thread of a run reads the same. */

/** Bytes of one piece of memory for many arrays: more than the C library ever takes from its heap. */
const pieceBytes = 2 ** 26;

/** Bytes from which an array is worth a place in a piece. */
const large = 2 ** 16;

/** TensorFlow reads memory as it is where it begins at a multiple of this, and copies it elsewhere. */
const alignment = 64;

/** Where the C library puts a large piece of memory, past a multiple of `alignment`. */
const usual = 16;

const bytesOf = (count: number): number => count * Float32Array.BYTES_PER_ELEMENT;
const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** Where each of some arrays of float32 begins in one piece of memory, in bytes, and how large that is. */
export const layoutOf = (counts: readonly number[]): { readonly begins: readonly number[]; readonly bytes: number } => {
  const begins: number[] = [];
  let end = alignment - usual;
  for (const count of counts) {
    begins.push(end);
    end += aligned(bytesOf(count));
  }
  return { begins, bytes: end };
};

/** The piece that arrays are taken from, and where its free part begins. */
let piece: { readonly memory: SharedArrayBuffer; free: number } | undefined;

/**
 * Zeros in memory that threads share: sent to one, nothing is copied. A large array begins where TensorFlow takes it
 * without a copy, on the usual allocators. It must not be written when it was sent.
 */
export const sharedNumbers = (count: number): Float32Array => {
  const own = bytesOf(count);
  if (own < large) return new Float32Array(new SharedArrayBuffer(own));
  if (piece === undefined || piece.free + own > piece.memory.byteLength) {
    // What is never written takes no memory.
    const { begins, bytes } = layoutOf([count]);
    piece = { memory: new SharedArrayBuffer(Math.max(bytes, pieceBytes)), free: begins[0]! };
  }
  const values = new Float32Array(piece.memory, piece.free, count);
  piece.free += aligned(own);
  return values;
};

/** Zeros in memory of this thread alone, an array for each count; large ones begin where `sharedNumbers` puts them. */
export const ownNumbers = (counts: readonly number[]): readonly Float32Array[] => {
  if (bytesOf(counts.reduce((sum, count) => sum + count, 0)) < large)
    return counts.map((count) => new Float32Array(count));
  const { begins, bytes } = layoutOf(counts);
  const memory = new ArrayBuffer(bytes);
  return counts.map((count, i) => new Float32Array(memory, begins[i], count));
};
