/** `--axis alpha=0.2,0.5`: an axis of a sweep from the command line. */
import { InvalidArgumentError } from "commander";
import { formatPointer, type Json } from "../../files/json.ts";

const valueOf = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};

/**
 * The override that sets an axis. Its values are a list of JSON, or have commas between them. `InvalidArgumentError`
 * for an axis without values.
 */
export const axisOverride = (axis: string): string => {
  const split = axis.indexOf("=");
  const [name, text] = [axis.slice(0, Math.max(0, split)), axis.slice(split + 1)];
  if (name === "" || text === "")
    throw new InvalidArgumentError(`--axis: expected name=values, such as alpha=0.2,0.5, got "${axis}"`);
  const whole = valueOf(text);
  const values = Array.isArray(whole) ? whole : text.split(",").map((one) => valueOf(one.trim()));
  return `${formatPointer(["sweep", "axes", name])}=${JSON.stringify(values)}`;
};
