/** The header `Retry-After` of an answer that says "later" (RFC 9110, section 10.2.3). */

/**
 * Milliseconds to wait: of whole seconds, or until an HTTP date, 0 when that is past. Nothing when the header is
 * missing or neither.
 */
export const parseRetryAfter = (header: unknown, now = Date.now()): number | undefined => {
  if (typeof header !== "string") return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // An HTTP date begins with its day of the week; what else Date.parse takes is no date of HTTP.
  if (!/^[A-Z][a-z]+, /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};
