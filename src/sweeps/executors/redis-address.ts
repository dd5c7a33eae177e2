/** Where a Redis is, in the words of a command line. */

/** Where a Redis is. */
export interface RedisAddress {
  /** With the password, if there is one. */
  readonly url: string;
  /** Without: what may be printed. */
  readonly shown: string;
}

/**
 * The address in a text. `RangeError`, which does not quote the text, for another one: there may be a password in it.
 */
export const redisAddress = (text: string): RedisAddress => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = url !== undefined && ["redis:", "rediss:"].includes(url.protocol) && url.hostname !== "";
  if (!known || !/^\/?\d{0,9}$/u.test(url.pathname) || url.search !== "" || url.hash !== "") {
    throw new RangeError(
      "--redis: expected an address such as redis://127.0.0.1:6379 or rediss://name:password@host:6380/0, " +
        "got another text",
    );
  }
  return { url: text, shown: `${url.protocol}//${url.host}${url.pathname}` };
};
