/** JSON schemas that are fuzzed together with the answers that are held to them, as the reward `json-schema` does. */
import type { Reward } from "../../src/rewards/reward.ts";
import { jsonSchema } from "../../src/rewards/json/schema.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import type { Rollout } from "../../src/rollouts/batches/rollout.ts";
import { wholeText, type FuzzedReader } from "./reader.ts";

const person = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 1, pattern: "^[A-Z][a-z]+$" },
    born: { type: "string", format: "date" },
    mail: { type: "string", format: "email" },
    tags: { type: "array", items: { enum: ["a", "b", 3, null] }, uniqueItems: true, maxItems: 4 },
    age: { anyOf: [{ type: "integer", minimum: 0, maximum: 150 }, { type: "null" }] },
  },
  required: ["name"],
  additionalProperties: false,
};
const tree = {
  $ref: "#/definitions/node",
  definitions: {
    node: {
      oneOf: [
        { type: "number", multipleOf: 0.5 },
        {
          type: "object",
          properties: { kind: { const: "plus" }, of: { type: "array", items: { $ref: "#/definitions/node" } } },
          required: ["of"],
        },
      ],
    },
  },
};
const newer = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  prefixItems: [{ type: "integer" }, { $ref: "#/$defs/word" }],
  items: false,
  $defs: { word: { type: "string", not: { pattern: "^(a+)+$" } } },
};
const conditional = {
  if: { properties: { a: { const: 1 } }, required: ["a"] },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: { required: ["b"], dependencies: { b: ["c"] } },
  else: { patternProperties: { "^x-": { type: "boolean" } }, propertyNames: { maxLength: 8 } },
  allOf: [{ minProperties: 1 }, { contains: { type: "string" } }],
};

const seeds: readonly { readonly schema: unknown; readonly answers: readonly unknown[]; readonly block?: boolean }[] = [
  { schema: person, answers: [{ name: "Ada", born: "1815-12-10", mail: "a@b.org", tags: ["a", null], age: 36 }, {}, '{"name": '] },
  { schema: tree, answers: [{ kind: "plus", of: [1, { of: [2.5, { of: [] }] }] }, 0.25] },
  {
    schema: newer,
    answers: [
      [1, "aaaaaaaaaaaaaaaaaaaaaaaab"],
      [1, "aa", 3],
    ],
  },
  { schema: conditional, answers: [{ a: 1, b: 2, c: "x" }, { "x-y": true, "long name it is": 1 }, ["x"]] },
  { schema: { type: "array", items: { type: "string", maxLength: 5 } }, answers: ['so:\n```json\n["a"]\n```'], block: true },
];

const prompt = arithmetic.create({ numbers: [2, 2], range: [1, 4], operators: "+", train: 1, test: 1 }, { seed: 1 }).train[0]!;

const rolloutOf = (text: string): Rollout => ({
  prompt,
  order: { prompt: 0, sample: 0 },
  promptTokens: new Int32Array(1),
  tokens: new Int32Array(1),
  behaviorLogProbs: new Float32Array(1),
  finish: "stop",
  text,
  version: 0,
  source: "student",
});

/** An answer is the text itself, or the JSON of another value; one that is nested too deeply to be written is as deep a text. */
const textOf = (answer: unknown): string => {
  if (typeof answer === "string") return answer;
  try {
    return JSON.stringify(answer) ?? "";
  } catch {
    return `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  }
};

/** What the library has against a schema that is one is said in its own words, of which some are those of the engine. */
const made = (schema: Readonly<Record<string, unknown>>, block: boolean): Reward => {
  try {
    return jsonSchema.create({ schema, parsed: 0.5, block }, undefined);
  } catch (error) {
    if (error instanceof RangeError && error.message.includes(": strict mode: ")) throw new SyntaxError("strict mode", { cause: error });
    throw error;
  }
};

const schema: FuzzedReader = {
  name: "json-schema",
  seeds: seeds.map((seed) => new TextEncoder().encode(JSON.stringify(seed))),
  json: wholeText,
  read: async (bytes) => {
    const found = Object(JSON.parse(new TextDecoder().decode(bytes))) as Readonly<Record<string, unknown>>;
    // What an experiment file must have: its schema asks for it.
    if (typeof found["schema"] !== "object" || found["schema"] === null || Array.isArray(found["schema"]))
      throw new TypeError("expected a schema");
    const given = found["schema"] as Readonly<Record<string, unknown>>;
    const reward = made(given, found["block"] === true);
    for (const answer of Array.isArray(found["answers"]) ? (found["answers"] as readonly unknown[]) : [found["answers"]]) {
      const { value } = await reward.score(rolloutOf(textOf(answer)), new AbortController().signal);
      if (![0, 0.5, 1].includes(value)) throw new Error(`expected 0, 0.5 or 1, got ${value}`);
    }
  },
};

/** Every reader of answers. */
export const readers: readonly FuzzedReader[] = [schema];
