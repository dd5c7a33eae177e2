/** Tensors that go by other names than a policy's parameters, or that a file holds more than once. */
import { naming } from "../../files/byte-source.ts";
import type { ConfigFormat } from "../families/config/config-format.ts";
import { quoted } from "../../files/quoted.ts";
import type { StoredWeights } from "./safetensors/stored-weights.ts";

/** Names in the file for each parameter; a tensor that is none of them keeps its own. */
const storedNamesOf = (
  { tensors }: StoredWeights,
  parameters: readonly string[],
  { alias, leftOut = {} }: Pick<ConfigFormat<unknown>, "alias" | "leftOut">,
): Map<string, string[]> => {
  const known = new Set(parameters);
  const storedNames = new Map<string, string[]>();
  for (const name of Object.keys(tensors)) {
    const other = known.has(name) ? name : alias?.(name);
    const parameter = other !== undefined && known.has(other) ? other : name;
    storedNames.set(parameter, [...(storedNames.get(parameter) ?? []), name]);
  }
  for (const [parameter, source] of Object.entries(leftOut)) {
    const names = storedNames.get(source);
    if (known.has(parameter) && !storedNames.has(parameter) && names !== undefined) storedNames.set(parameter, names);
  }
  return storedNames;
};

/** `RangeError` unless all copies of a parameter hold the same values. */
const same = (names: readonly string[], weights: Readonly<Record<string, Float32Array>>): Float32Array => {
  const [first, ...others] = names as [string, ...string[]];
  const values = weights[first]!;
  for (const name of others) {
    const copy = weights[name]!;
    if (copy.length === values.length && copy.every((x, i) => Object.is(x, values[i]))) continue;
    throw new RangeError(
      `${quoted(name)}: expected the values of ${quoted(first)}, of which the configuration makes it a copy, ` +
        "got others",
    );
  }
  return values;
};

/**
 * The same weights under the names of `parameters`: other names of the format's `alias` are taken for them, and
 * parameters of `leftOut` get the values of the one that they equal. Reading fails with a `RangeError` that names a
 * copy of another shape or with other values.
 */
export const underParameterNames = (
  stored: StoredWeights,
  parameters: readonly string[],
  format: Pick<ConfigFormat<unknown>, "alias" | "leftOut">,
): StoredWeights => {
  const storedNames = storedNamesOf(stored, parameters, format);
  return {
    path: stored.path,
    tensors: Object.fromEntries([...storedNames].map(([name, [first]]) => [name, stored.tensors[first!]!])),
    async read(names) {
      const wanted = new Set(names.flatMap((name) => storedNames.get(name) ?? []));
      const weights = await stored.read([...wanted]);
      return naming(stored.path, () =>
        Object.fromEntries(
          names.flatMap((name) => (storedNames.has(name) ? [[name, same(storedNames.get(name)!, weights)]] : [])),
        ),
      );
    },
  };
};
