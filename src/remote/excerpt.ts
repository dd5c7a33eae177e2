/** What a stranger sent, in an error. */
import { visible } from "../files/visible.ts";

const longest = 160;

/**
 * JSON of what came, cut after 160 characters, without characters that could garble a terminal; each occurrence of
 * `secret` is "***". Never throws.
 */
export const excerpt = (value: unknown, secret?: string): string => {
  if (typeof value === "number") return String(value);
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    return "a value that is no JSON, or nested too deeply";
  }
  const open = secret === undefined ? text : text.replaceAll(JSON.stringify(secret).slice(1, -1), "***");
  const short = open.length > longest ? `${open.slice(0, longest)}...` : open;
  return visible(short);
};
