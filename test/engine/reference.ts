/** Arithmetic on arrays of any rank in float64, written out plainly: what the laws of the engines compare with. */

/** Numbers in row-major order. Booleans are 0 and 1. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type Index = readonly number[];

const sizeOf = (shape: Index): number => shape.reduce((size, n) => size * n, 1);

const offsetOf = (shape: Index, index: Index): number => shape.reduce((offset, n, i) => offset * n + index[i]!, 0);

const indexOf = (shape: Index, offset: number): number[] => {
  const index: number[] = [];
  let rest = offset;
  for (const n of shape.toReversed()) {
    index.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return index;
};

/** The array of `shape` whose value at each index is `value(index)`. */
export const indexed = (shape: Index, value: (index: number[]) => number): NdArray => ({
  shape,
  data: Array.from({ length: sizeOf(shape) }, (_, offset) => value(indexOf(shape, offset))),
});

/** The value of `x` at `index`; where `x` has 1 or fewer axes it is broadcast, as in NumPy. */
export const at = (x: NdArray, index: Index): number => {
  const own = index.slice(index.length - x.shape.length).map((i, axis) => (x.shape[axis] === 1 ? 0 : i));
  return x.data[offsetOf(x.shape, own)]!;
};

/** The shape to which all shapes broadcast. */
const broadcastShape = (...shapes: Index[]): number[] => {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((shape) => shape[shape.length - rank + i] ?? 1);
    return sizes.find((n) => n !== 1) ?? 1;
  });
};

/** Applies `f` to the values at each index of the broadcast arrays. */
export const elementwise =
  (f: (...values: number[]) => number) =>
  (...arrays: NdArray[]): NdArray =>
    indexed(broadcastShape(...arrays.map((x) => x.shape)), (index) => f(...arrays.map((x) => at(x, index))));

const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Reduces the values along `axes` (all when left out) to one. */
export const reduced = (f: (values: readonly number[]) => number, x: NdArray, axes?: Index, keepDims = false): NdArray => {
  const rank = x.shape.length;
  const along = new Set(axes === undefined ? x.shape.keys() : axes.map((axis) => positive(axis, rank)));
  const kept = x.shape.map((n, axis) => (along.has(axis) ? 1 : n));
  const inner = x.shape.map((n, axis) => (along.has(axis) ? n : 1));
  const values = indexed(
    kept,
    (index) =>
    f(indexed(inner, (within) => at(x, index.map((i, axis) => i + within[axis]!))).data), // prettier-ignore
  );
  return keepDims ? values : { shape: x.shape.filter((_, axis) => !along.has(axis)), data: values.data };
};

/** Replaces each line along `axis` by `f` of it; `f` keeps the length. */
export const alongAxis = (f: (line: readonly number[]) => readonly number[], x: NdArray, axis: number): NdArray => {
  const along = positive(axis, x.shape.length);
  const length = x.shape[along]!;
  const lines = new Map<string, readonly number[]>();
  return indexed(x.shape, (index) => {
    const key = index.with(along, 0).join();
    const line = lines.get(key) ?? f(Array.from({ length }, (_, i) => at(x, index.with(along, i))));
    lines.set(key, line);
    return line[index[along]!]!;
  });
};

/** The same values in another shape. */
export const reshaped = (x: NdArray, shape: Index): NdArray => ({ shape, data: x.data });

/** Axis i of the result is axis `perm[i]` of `x`. */
export const transposed = (x: NdArray, perm: Index): NdArray =>
  indexed(
    perm.map((axis) => x.shape[axis]!),
    (index) => {
      const source: number[] = [];
      for (const [i, axis] of perm.entries()) source[axis] = index[i]!;
      return at(x, source);
    },
  );

/** [..., M, K] times [..., K, N], leading axes broadcast. */
export const product = (a: NdArray, b: NdArray, transposeA = false, transposeB = false): NdArray => {
  const flip = (x: NdArray): NdArray => {
    const rank = x.shape.length;
    return transposed(x, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
  };
  const [left, right] = [transposeA ? flip(a) : a, transposeB ? flip(b) : b];
  const inner = left.shape.at(-1)!;
  const leading = broadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2));
  return indexed([...leading, left.shape.at(-2)!, right.shape.at(-1)!], (index) => {
    const batch = index.slice(0, -2);
    let sum = 0;
    for (let k = 0; k < inner; k += 1) sum += at(left, [...batch, index.at(-2)!, k]) * at(right, [...batch, k, index.at(-1)!]);
    return sum;
  });
};

/** Joins arrays along `axis`. */
export const joined = (parts: readonly NdArray[], axis: number): NdArray => {
  const first = parts[0]!;
  const along = positive(axis, first.shape.length);
  const rows = parts.flatMap((part) => Array.from({ length: part.shape[along]! }, (_, i) => ({ part, i })));
  return indexed(first.shape.with(along, rows.length), (index) => {
    const { part, i } = rows[index[along]!]!;
    return at(part, index.with(along, i));
  });
};

/** Central differences of the sum of `weights` times `f` with respect to the array number `which`. */
export const finiteDifferences = (
  f: (...arrays: NdArray[]) => NdArray,
  arrays: readonly NdArray[],
  which: number,
  weights: readonly number[],
): number[] => {
  const step = 1e-5;
  const x = arrays[which]!;
  const total = (values: readonly number[]): number =>
    f(...arrays.with(which, { shape: x.shape, data: values })).data.reduce((sum, value, i) => sum + value * weights[i]!, 0);
  return x.data.map((value, i) => (total(x.data.with(i, value + step)) - total(x.data.with(i, value - step))) / (2 * step));
};
