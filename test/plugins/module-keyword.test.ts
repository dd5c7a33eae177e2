/** Tests of families that take modules: parameters are checked by the module's own schema, and its code is written down. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { Ajv } from "ajv";
import { afterAll, describe, expect, test } from "vitest";
import { define } from "../../src/plugins/definition.ts";
import { addContract, contractOf } from "../../src/plugins/module-contracts.ts";
import { baselines } from "../../src/objectives/baselines/index.ts";
import { family } from "../../src/plugins/family.ts";
import { dataOf, moduleKeywordDefinition } from "../../src/plugins/module-keyword.ts";
import { modulesIn, withoutCode } from "../../src/plugins/modules-in.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-module-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Other tests of this process know the family by its own contract. */
const before = contractOf(baselines.name as "baseline");
afterAll(() => addContract("baseline", before));

const zero = define({ type: "zero", summary: "Zero.", parameters: {}, create: () => ({ value: 0 }) });
const numbers = family("baseline", [zero], {
  common: { weight: Type.Optional(Type.Number({ default: 1 })) },
  modules: { product: "an object { value }", functions: [], keys: ["value"] },
});

const file = join(folder, "sum.ts");
writeFileSync(
  file,
  `import { Type } from "@sinclair/typebox";
  import { defineBaseline } from "retort-rl/objectives";
  export default defineBaseline({
    parameters: { a: Type.Integer({ minimum: 0 }), b: Type.Number({ default: 2 }) },
    create: ({ a, b }) => (a > 100 ? 7 : { value: a + b }) as never,
  });`,
);

const validate = new Ajv({
  discriminator: true,
  useDefaults: true,
  allErrors: true,
  verbose: true,
  passContext: true,
  keywords: [moduleKeywordDefinition],
}).compile(Type.Object({ inner: numbers.schema }));

const check = (inner: object, at: string | undefined = folder): { inner: Record<string, unknown>; errors: readonly string[] } => {
  const values = { inner: { ...inner } };
  const valid = validate.call({ folder: at }, values);
  const errors = valid ? [] : (validate.errors ?? []).filter(({ keyword }) => keyword !== "if");
  return { ...values, errors: errors.map((error) => `${error.instancePath}: ${error.message} (${JSON.stringify(dataOf(error))})`) };
};

describe("a module in a file", () => {
  test("gets its defaults and those of its family, and the hash of its code", () => {
    const { inner, errors } = check({ module: "./sum.ts", a: 1 });
    expect(errors).toEqual([]);
    expect(inner).toEqual({ module: "./sum.ts", a: 1, b: 2, weight: 1, code: expect.stringMatching(/^[0-9a-f]{64}$/u) as string });
    expect(numbers.create(inner as never, undefined)).toEqual({ value: 3 });
    expect(modulesIn({ deep: [inner, inner] }).map((code) => code.file)).toEqual([file]);
    expect(withoutCode([inner, { code: 1 }])).toEqual([{ module: "./sum.ts", a: 1, b: 2, weight: 1 }, { code: 1 }]);
  });

  test.each([
    [{ module: "./sum.ts" }, /^\/inner: must have required property 'a'/u],
    [{ module: "./sum.ts", a: -1 }, /^\/inner\/a: must be >= 0 \(-1\)/u],
    [{ module: "./sum.ts", a: 1, c: 3 }, /^\/inner: must NOT have additional properties/u],
    [{ module: "./none.ts" }, /^\/inner\/module: expected a module at .*none\.ts, got nothing/u],
    [
      { module: "./sum.ts", a: 1, code: "0".repeat(64) },
      /^\/inner\/code: expected the code of \.\/sum\.ts to have the sha256 [0-9a-f]{64} \("0+"\)/u,
    ],
  ])("is refused at its place: %j", (inner, message) => {
    expect(check(inner).errors).toEqual([expect.stringMatching(message) as string]);
  });

  test("is not read where there is no folder to read it from, and then nothing is made of it", () => {
    const { inner, errors } = check({ module: "./none.ts", x: 1 }, "");
    expect(errors).toHaveLength(1);
    const unread = { inner: { module: "./none.ts", x: 1 } };
    expect(validate.call({}, unread)).toBe(true);
    expect(() => numbers.create(inner as never, undefined)).toThrow(/expected \.\/none\.ts to be read before it is used, got none/u);
  });

  test("must make what the family asks for", () => {
    const { inner } = check({ module: "./sum.ts", a: 101 });
    expect(() => numbers.create(inner as never, undefined)).toThrow(/\.\/sum\.ts: expected create to give an object \{ value \}, got 7/u);
  });

  test("is refused when it has a parameter by a name that means something else there", () => {
    const own =
      "import { defineBaseline } from 'retort-rl/objectives';\nexport default defineBaseline({ create: () => ({ value: 1 }) as never, parameters: ";
    writeFileSync(join(folder, "taken.ts"), `${own}{ weight: { type: "number", default: 3 } } as never });`);
    expect(check({ module: "./taken.ts" }).errors).toEqual([
      expect.stringMatching(/^\/inner\/module: expected parameters that are not called module, code, weight, got weight/u) as string,
    ]);
    writeFileSync(join(folder, "typed.ts"), `${own}{ type: { type: "string" } } as never });`);
    const { inner, errors } = check({ module: "./typed.ts", type: "zero" });
    expect(errors).toEqual([]);
    expect(numbers.create(inner as never, undefined)).toEqual({ value: 1 });
  });

  test("is no way into a family that takes none", () => {
    expect(() => family("number", [zero]).create({ module: "./sum.ts" } as never, undefined)).toThrow(
      /expected type to be one of zero, got undefined/u,
    );
  });
});
