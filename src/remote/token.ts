/** Secrets that servers require: named in files by an environment variable, never written down. */

/**
 * The token in an environment variable. `RangeError`, which says who needs it, when the variable is not set, or no
 * header can hold what it has.
 */
export const tokenFrom = (variable: string, who: string): string => {
  const token = process.env[variable];
  if (token === undefined || token === "") {
    throw new RangeError(`${who}: expected a token in the environment variable ${variable}, got nothing; set it`);
  }
  if (!/^[\u0021-\u007e]+$/.test(token)) {
    throw new RangeError(
      `${who}: expected a token of visible ASCII characters in the environment variable ${variable}, got others`,
    );
  }
  return token;
};
