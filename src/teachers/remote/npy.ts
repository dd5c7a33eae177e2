/** NumPy's file format for one array (NEP 1), as far as servers use it: matrices of float32. */

/** A matrix, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

const magic = "\u0093NUMPY";

/** The header of version 1.0 or 2.0: a Python dictionary, and where it ends. */
const headerOf = (bytes: Buffer): { readonly text: string; readonly end: number } => {
  const major = bytes[6];
  if (bytes.length < 12 || bytes.toString("latin1", 0, 6) !== magic || (major !== 1 && major !== 2)) {
    throw new RangeError(
      `npy: expected a file of version 1 or 2, got ${bytes.length} bytes that begin with ` +
        `${bytes.toString("hex", 0, 8)}`,
    );
  }
  const start = major === 1 ? 10 : 12;
  const end = start + (major === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  if (end > bytes.length || end - start > 10_000)
    throw new RangeError(`npy: expected a header within the file, got one that ends at ${end}`);
  return { text: bytes.toString("latin1", start, end), end };
};

/**
 * Reads a matrix. `RangeError` for anything but a little-endian float32 array of two dimensions, in C's order and of
 * the size that it states.
 */
export const readNpy = (bytes: Buffer): Matrix => {
  const { text, end } = headerOf(bytes);
  const descr = /'descr':\s*'([^']{1,16})'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const [, rows, columns] = /'shape':\s*\((\d{1,10}),\s*(\d{1,10}),?\)/.exec(text) ?? [];
  if (descr !== "<f4" || order !== "False" || rows === undefined || columns === undefined) {
    throw new RangeError(`npy: expected a float32 matrix, got ${JSON.stringify(text.trim().slice(0, 120))}`);
  }
  const count = Number(rows) * Number(columns);
  if (bytes.length - end !== count * 4) {
    throw new RangeError(`npy: expected ${count * 4} bytes of ${rows} x ${columns} numbers, got ${bytes.length - end}`);
  }
  const values = Float32Array.from({ length: count }, (_, k) => bytes.readFloatLE(end + k * 4));
  return { rows: Number(rows), columns: Number(columns), values };
};

/** Writes a matrix, as version 1.0. */
export const writeNpy = ({ rows, columns, values }: Matrix): Buffer => {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  // Header and numbers begin at multiples of 64.
  const header = `${dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const numbers = Buffer.alloc(values.length * 4);
  for (const [k, value] of values.entries()) numbers.writeFloatLE(value, k * 4);
  return Buffer.concat([Buffer.from(`${magic}\u0001\u0000`, "latin1"), length, Buffer.from(header, "latin1"), numbers]);
};
