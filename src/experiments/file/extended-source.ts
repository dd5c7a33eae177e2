/**
 * Experiment files that extend others: read with all that they build on, and merged into one that knows the file of
 * each value.
 */
import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { rebased } from "./base-paths.ts";
import { covers, formatPointer, isObject, omit, parsePointer, type Json, type JsonObject } from "../../files/json.ts";
import { mergeLayer, type TypeSwitch } from "./merge-layers.ts";
import { ExperimentError, type Problem } from "./problem.ts";
import { readSource, type Source } from "./file-source.ts";

const limits = { depth: 16, files: 32, characters: 4_000_000 } as const;

/** A file, and what it adds to those below it. */
interface Layer {
  readonly source: Source;
  readonly value: Json;
}

/** Variants are patches themselves, so one of the same name is replaced whole; `null` takes it away. */
const mergeVariants = (base: Json, top: Json): Json =>
  isObject(base) && isObject(top)
    ? Object.fromEntries(Object.entries({ ...base, ...top }).filter(([, variant]) => variant !== null))
    : top;

const mergeFiles = (base: Json, top: Json, switches: TypeSwitch[]): Json => {
  if (!isObject(base) || !isObject(top)) return top;
  const merged = mergeLayer(base, omit(top, "variants"), switches) as JsonObject;
  const own = top["variants"];
  if (own === undefined) return merged;
  return own === null
    ? omit(merged, "variants")
    : { ...merged, variants: mergeVariants(merged["variants"] ?? null, own) };
};

/** True where a layer's value replaces those below it. */
const hides = (layer: Json, keys: readonly string[]): boolean => {
  const [first, name] = keys;
  if (first !== "variants" || name === undefined || !isObject(layer)) return covers(layer, keys);
  const variants = layer["variants"];
  return variants !== undefined && (!isObject(variants) || Object.hasOwn(variants, name));
};

/** The paths under `extends` with their pointers, or a problem for anything else. */
const basesOf = ({
  source,
  value,
}: Layer): { readonly names: readonly { name: string; pointer: string }[]; readonly wrong?: string } => {
  const given = isObject(value) ? value["extends"] : undefined;
  const list = given === undefined ? [] : Array.isArray(given) ? (given as readonly Json[]) : [given];
  const names = list.flatMap((name, i) => {
    const pointer = Array.isArray(given) ? formatPointer(["extends", i]) : "/extends";
    return typeof name === "string" && name !== "" ? [{ name, pointer }] : [];
  });
  return names.length === list.length
    ? { names }
    : { names, wrong: `expected the path of a file or a list of paths, relative to ${source.path}` };
};

/** Reads a file's bases, deepest first, and gathers what is wrong with all of them. */
class Bases {
  readonly problems: Problem[] = [];
  readonly #to: string;
  #files = 1;
  #characters: number;

  constructor({ path, length }: Source) {
    this.#to = dirname(path);
    this.#characters = length;
  }

  /** What a file is made of: its bases in their order, each after its own, and the file. */
  layers(source: Source, above: readonly string[]): readonly Layer[] {
    const layer = { source, value: rebased(source.value, dirname(source.path), this.#to) };
    const { names, wrong } = basesOf(layer);
    const chain = [...above, source.path];
    if (wrong !== undefined) this.#refuse(source, "/extends", wrong);
    return [...names.flatMap(({ name, pointer }) => this.#base(source, name, pointer, chain)), layer];
  }

  #refuse(source: Source, pointer: string, message: string): readonly Layer[] {
    this.problems.push({ location: source.find(pointer, "value") ?? { file: source.path }, pointer, message });
    return [];
  }

  #base(source: Source, name: string, pointer: string, chain: readonly string[]): readonly Layer[] {
    const path = isAbsolute(name) ? name : join(dirname(source.path), name);
    const round = chain.findIndex((one) => sameFile(one, path));
    if (round >= 0)
      return this.#refuse(
        source,
        pointer,
        `a file cannot extend itself: ${[...chain.slice(round), path].join(" -> ")}`,
      );
    if (chain.length > limits.depth)
      return this.#refuse(source, pointer, `expected at most ${limits.depth} files that extend each other`);
    this.#files += 1;
    if (this.#files > limits.files) {
      // Said once: each further one is refused for the same reason.
      return this.#files > limits.files + 1
        ? []
        : this.#refuse(source, pointer, `expected at most ${limits.files} files in all`);
    }
    try {
      const base = readSource(path);
      this.#characters += base.length;
      if (this.#characters > limits.characters) {
        return this.#refuse(source, pointer, `expected at most ${limits.characters} characters in all files together`);
      }
      return this.layers(base, chain);
    } catch (error) {
      if (!(error instanceof ExperimentError)) throw error;
      // What is wrong with the file as a whole is a mistake of the one that names it.
      for (const problem of error.problems) {
        if ("line" in problem.location) this.problems.push(problem);
        else this.#refuse(source, pointer, `${path}: ${problem.message}`);
      }
      return [];
    }
  }
}

const sameFile = (a: string, b: string): boolean => {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
};

/**
 * The file with those that it names under `extends` merged in, later ones over earlier ones and the file over all of
 * them, as JSON merge patches in which another `type` starts anew; variants by name. Paths in a base count from the
 * base. `ExperimentError` with everything that cannot be read, for circles, and for more than can be meant.
 */
export const extendedSource = (source: Source): Source => {
  if (!isObject(source.value) || !Object.hasOwn(source.value, "extends")) return source;
  const bases = new Bases(source);
  const layers = bases.layers(source, []);
  if (bases.problems.length > 0) throw new ExperimentError(bases.problems);
  const values = layers.map(({ value }) => (isObject(value) ? omit(value, "extends") : value));
  const down = layers.toReversed();
  const switches: TypeSwitch[] = [];
  return {
    path: source.path,
    length: layers.reduce((sum, layer) => sum + layer.source.length, 0),
    value: values.reduce((base, top) => mergeFiles(base, top, switches)),
    switches,
    layers: layers.map((layer) => layer.source),
    find(pointer, part) {
      const keys = parsePointer(pointer);
      for (const layer of down) {
        const location = layer.source.find(pointer, part);
        if (location !== undefined) return location;
        if (hides(layer.value, keys)) return undefined;
      }
      return undefined;
    },
  };
};

/** Reads a file with all that it extends. `ExperimentError` when one of them cannot be read. */
export const readExperiment = (path: string): Source => extendedSource(readSource(path));
