/** A JSON schema of which each part can be counted where it is applied, and which leads somewhere. */

/** The keyword that each part has, before all others. */
export const counter = "retort:count";

/** Most applications of parts to one and the same value. */
const mostInPlace = 100_000;

type Part = Readonly<Record<string, unknown>>;

/** Keywords whose value is a part, a list of parts, or an object of parts. */
const ofPart: ReadonlySet<string> = new Set(
  (
    "additionalItems additionalProperties contains else if items not propertyNames then unevaluatedItems " +
    "unevaluatedProperties"
  ).split(" "),
);
const ofList: ReadonlySet<string> = new Set(["allOf", "anyOf", "items", "oneOf", "prefixItems"]);
const ofMap: ReadonlySet<string> = new Set(
  "$defs definitions dependencies dependentSchemas patternProperties properties".split(" "),
);

/** Those whose parts are applied to the value itself, and not to what it holds. */
const inPlace: ReadonlySet<string> = new Set(
  "allOf anyOf dependencies dependentSchemas else if not oneOf then".split(" "),
);
const reference = /^\$(?:dynamic|recursive)?Ref$/iu;

const isPart = (value: unknown): value is Part => typeof value === "object" && value !== null && !Array.isArray(value);

/** The parts in the value of a keyword. */
const partsOf = (keyword: string, value: unknown): readonly Part[] => {
  if (ofPart.has(keyword) && isPart(value)) return [value];
  if (ofList.has(keyword) && Array.isArray(value)) return value.filter(isPart);
  return ofMap.has(keyword) && isPart(value) ? Object.values(value).filter(isPart) : [];
};

/** How many values a value is made of. */
const valuesIn = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? Object.values(value).reduce<number>((sum, inner) => sum + valuesIn(inner), 1)
    : 1;

/** What one application of a part looks at in the schema: keywords, names, values; not what the parts in it do. */
export const weightOf = (part: Part): number =>
  Object.entries(part).reduce((sum, [keyword, value]) => {
    const isNested = ofPart.has(keyword) || ofList.has(keyword) || ofMap.has(keyword);
    return sum + (isNested ? 1 + Object.keys(value ?? {}).length : valuesIn(value));
  }, 0);

/** Copies a part with its counter. `parts` gets each. */
const copied = (part: unknown, parts: Set<Part>, root: boolean): unknown => {
  if (!isPart(part)) return part;
  const entries = Object.entries(part).map(([keyword, value]): readonly [string, unknown] => {
    if (keyword === counter) throw new RangeError(`unknown keyword: "${counter}"`);
    if (keyword === "$id" && !root) throw new RangeError("expected $id at the top of the schema alone, got one inside");
    if (ofList.has(keyword) && Array.isArray(value)) return [keyword, value.map((one) => copied(one, parts, false))];
    if (ofPart.has(keyword)) return [keyword, copied(value, parts, false)];
    if (!ofMap.has(keyword) || !isPart(value)) return [keyword, value];
    const inner = Object.entries(value).map(([name, one]) => [name, copied(one, parts, false)]);
    return [keyword, Object.fromEntries(inner)];
  });
  const made = Object.fromEntries([[counter, true], ...entries]) as Part;
  parts.add(made);
  return made;
};

const refused = (ref: string, to: string): RangeError =>
  new RangeError(
    `expected references to parts such as #/definitions/name, got ${JSON.stringify(ref.slice(0, 80))}${to}`,
  );

/** The part that a reference names; nothing where it is true or false. */
const targetOf = (ref: string, root: Part, parts: ReadonlySet<Part>): Part | undefined => {
  if (ref !== "#" && !ref.startsWith("#/")) {
    const name = ref.slice(1);
    const found = [...parts].find(({ $anchor, $dynamicAnchor }) => $anchor === name || $dynamicAnchor === name);
    if (found === undefined) throw refused(ref, ", which no part has as its $anchor");
    return found;
  }
  let found: unknown = root;
  for (const step of ref.split("/").slice(1)) {
    const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    found =
      typeof found === "object" && found !== null && Object.hasOwn(found, name) ? (found as Part)[name] : undefined;
  }
  if (typeof found === "boolean") return undefined;
  if (!isPart(found) || !parts.has(found)) throw refused(ref, ", where there is no schema");
  return found;
};

/**
 * Counts what is applied to one value, over references too: `RangeError` where that never ends, or is more than any
 * answer is worth.
 */
const checkInPlace = (root: Part, parts: ReadonlySet<Part>): void => {
  const counts = new Map<Part, number>();
  const open = new Set<Part>();
  const count = (part: Part, by: string): number => {
    const known = counts.get(part);
    if (known !== undefined) return known;
    if (open.has(part)) {
      throw new RangeError(
        `expected references that lead into the answer, such as from a property's schema, got ${by}, which leads ` +
          "back to itself for the same value",
      );
    }
    open.add(part);
    let sum = 1;
    for (const [keyword, value] of Object.entries(part)) {
      if (inPlace.has(keyword)) for (const inner of partsOf(keyword, value)) sum += count(inner, by);
      if (!reference.test(keyword) || typeof value !== "string") continue;
      const target = targetOf(value, root, parts);
      if (target !== undefined) sum += count(target, `${keyword} ${JSON.stringify(value.slice(0, 80))}`);
    }
    open.delete(part);
    counts.set(part, sum);
    if (sum <= mostInPlace) return sum;
    throw new RangeError(
      `expected at most ${mostInPlace} parts that hold for one value, got more by ${by}; have allOf, anyOf and oneOf ` +
        "refer to fewer parts, each once",
    );
  };
  for (const part of parts) count(part, "the schema");
};

/**
 * The schema with a counter in each of its parts. `RangeError` for references to what is no part of it, those that lead
 * back to themselves without a step into the answer, and for `$id` inside it.
 */
export const countedSchema = (schema: Part): Part => {
  const parts = new Set<Part>();
  const root = copied(schema, parts, true) as Part;
  checkInPlace(root, parts);
  return root;
};
