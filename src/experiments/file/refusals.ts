/** Makes the parts of a file, one at a time, and takes what they refuse for mistakes. */

/** A part, or why there is none. */
export type Made<T> = { readonly part: T } | { readonly message: string };

/**
 * Makes a part. A plug-in's refusal (`RangeError`, `TypeError`) is a mistake in the file; anything else is a defect and
 * is thrown.
 */
export const attempt = <T>(create: () => T): Made<T> => {
  try {
    return { part: create() };
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return { message: error.message };
    throw error;
  }
};
