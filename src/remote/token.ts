/** Secrets that servers require: named in files by an environment variable, never written down. */
import { isOwn } from "./received.ts";

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

/** The environment variable in which a user says which others files may have sent, and whereto. */
const allowance = "RETORT_TOKENS";

/** Machines that nobody is between. */
const isNear = ({ hostname }: URL): boolean => hostname === "0.0.0.0" || isOwn(hostname.replace(/^\[(.*)\]$/u, "$1"));

/** `RangeError` for an address to which a token would travel in the clear. */
const checkPrivate = (address: URL, who: string): void => {
  if (address.protocol !== "https:" && !isNear(address))
    throw new RangeError(
      `${who}: expected https:// where a token is sent, got ${address.protocol}//, which others can read; ` +
        "use https://, or a tunnel to 127.0.0.1",
    );
};

/**
 * The token for a server that the user named. `RangeError` for a connection that others can read along, and as of
 * `tokenFrom`.
 */
export const ownToken = (variable: string, address: URL, who: string): string => {
  checkPrivate(address, who);
  return tokenFrom(variable, who);
};

/**
 * The token for a server that a file names, which may be a stranger's who would like any variable sent to a machine of
 * his. `RangeError` unless the user has allowed this variable for this host, by `NAME@host` in `RETORT_TOKENS`; and as
 * of `ownToken`.
 */
export const allowedToken = (variable: string, address: URL, who: string): string => {
  const entry = `${variable}@${address.host}`;
  if (!(process.env[allowance] ?? "").split(/[\s,]+/u).includes(entry))
    throw new RangeError(
      `${who}: expected leave to send the environment variable ${variable} there, got none; if you trust this file, ` +
        `set ${allowance}=${entry} (several with spaces)`,
    );
  return ownToken(variable, address, who);
};
