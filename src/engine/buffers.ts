/** What every engine checks of buffers, so that each refuses the same things with the same words. */
import type { Buffer, Engine } from "./engine.ts";
import { sizeOf, type TensorSpec, type TypedArray } from "./program.ts";

const arrayOf = { float32: "Float32Array", int32: "Int32Array", bool: "Uint8Array" } as const;

const describe = ({ dtype, shape }: TensorSpec): string => `${dtype} [${shape.join(", ")}]`;

/** Throws when `data` is not what `spec` says: `TypeError` for another array type, `RangeError` for another length. */
export const checkData = (data: TypedArray, spec: TensorSpec): void => {
  const expected = arrayOf[spec.dtype];
  if (data.constructor.name !== expected) {
    throw new TypeError(`upload: expected a ${expected} for ${describe(spec)}, got ${data.constructor.name}`);
  }
  if (data.length !== sizeOf(spec.shape)) {
    throw new RangeError(`upload: expected ${sizeOf(spec.shape)} values for ${describe(spec)}, got ${data.length}`);
  }
};

/** A copy of `data`: in `into`, or in an array of its own. `RangeError` where `into` has not its size and type. */
export const copied = (data: TypedArray, into?: TypedArray): TypedArray => {
  if (into === undefined) return data.slice();
  if (into.length !== data.length || into.constructor !== data.constructor) {
    throw new RangeError(
      `download: expected a ${data.constructor.name} of ${data.length} values to write to, got ` +
        `${into.constructor.name} of ${into.length}`,
    );
  }
  into.set(data);
  return into;
};

/** `take` of an engine, with a function that gives a buffer's values in an array that nothing else has. */
export const takenBy =
  (valuesOf: (buffer: Buffer) => Promise<TypedArray>): Engine["take"] =>
  async (buffer) => {
    const data = await valuesOf(buffer);
    buffer.dispose();
    return data;
  };

/**
 * Throws when the inputs of a run are not those of the program: a name is missing or unknown, or a shape or type
 * differs.
 */
export const checkInputs = (
  program: string,
  expected: Readonly<Record<string, TensorSpec>>,
  given: Readonly<Record<string, TensorSpec>>,
): void => {
  for (const name of Object.keys(given)) {
    if (expected[name] === undefined) {
      throw new TypeError(
        `program "${program}": unknown input "${name}"; it takes ${Object.keys(expected).join(", ")}`,
      );
    }
  }
  for (const [name, spec] of Object.entries(expected)) {
    const buffer = given[name];
    if (buffer === undefined)
      throw new TypeError(`program "${program}": input "${name}" is missing; expected ${describe(spec)}`);
    if (buffer.dtype !== spec.dtype) {
      throw new TypeError(`program "${program}": input "${name}": expected ${describe(spec)}, got ${describe(buffer)}`);
    }
    if (buffer.shape.join() !== spec.shape.join()) {
      throw new RangeError(
        `program "${program}": input "${name}": expected ${describe(spec)}, got ${describe(buffer)}`,
      );
    }
  }
};
