/** Tests of loading modules: what was read runs, in every thread, with this package's libraries. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { findSourceMap } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import { knownModule, pluginIn, readModule, type ModuleContract } from "../../src/plugins/module-registry.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-module-"));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const contract: ModuleContract = { product: "an object", functions: [], keys: [] };
const make = (file: string, kind: Parameters<typeof pluginIn>[1] = "baseline", given = contract): unknown =>
  pluginIn(readModule(file), kind, given).create({} as never, undefined as never);

const plugin = (value: string): string =>
  `import { defineBaseline } from "retort-rl/objectives";\nexport default defineBaseline({ create: () => (${value}) as never });`;

describe("a module", () => {
  test("runs as it was read, whatever its file holds by then", () => {
    const file = write("a.ts", plugin("{ name: 'first' }"));
    const code = readModule(file);
    write("a.ts", plugin("{ name: 'second, longer' }"));
    expect(pluginIn(code, "baseline", contract).create({} as never, undefined as never)).toEqual({ name: "first" });
    expect(make(file)).toEqual({ name: "second, longer" });
  });

  test("is known to threads that start afterwards, with its code", async () => {
    const { hash } = readModule(write("b.ts", plugin("{ name: 'b' }")));
    const program = `const { getEnvironmentData, parentPort } = require("node:worker_threads");
      parentPort.postMessage([...getEnvironmentData("retort-rl modules").keys()]);`;
    const known = await new Promise((resolve) => new Worker(program, { eval: true }).once("message", resolve));
    expect(known).toContain(hash);
    expect(knownModule("0".repeat(64))).toBeUndefined();
  });

  test("finds its own folder, libraries of Node, this package's libraries and what the family shares", () => {
    const file = write(
      "c.ts",
      `import { basename } from "node:path"; import { readFileSync } from "node:fs"; import { Type } from "@sinclair/typebox";
      import { one } from "shared"; import { defineBaseline } from "retort-rl/objectives";
      const own = readFileSync(new URL("./c.txt", import.meta.url), "utf8");
      export default defineBaseline({ create: () => ({ own, name: basename(import.meta.filename), type: Type.Number().type, one }) as never });`,
    );
    write("c.txt", "own");
    const shared = { one: 1 };
    expect(make(file, "baseline", { ...contract, host: { shared } })).toEqual({ own: "own", name: "c.ts", type: "number", one: 1 });
  });

  test("names its own lines in what it throws", () => {
    const file = write(
      "d.ts",
      `interface Unused { a: 1 }\n\n\nexport default { kind: "baseline", create() {\n  throw new Error("no");\n} };`,
    );
    let stack = "";
    try {
      make(file);
    } catch (error) {
      stack = (error as Error).stack ?? "";
    }
    // The runner of tests has a way of its own to show stacks; Node's is asked for what it would show.
    const [, line, column] = /d\.ts:(\d+):(\d+)/u.exec(stack)!;
    expect(findSourceMap(file)?.findOrigin(Number(line), Number(column))).toMatchObject({ lineNumber: 5 });
  });

  test.each([
    ["nothing", "export const x = 1;", /to export a baseline by default, got nothing; write "export default defineBaseline/u],
    ["another family's", `export default { kind: "divergence", create() {} };`, /got a plug-in of the family divergence/u],
    ["what throws", `throw new Error("at once"); export default 1;`, /got an error while loading it: at once/u],
  ])("that exports %s is refused", (name, text, message) => {
    expect(() => make(write(`${name}.ts`, text))).toThrow(message);
  });

  test("of another form is read by the family", () => {
    const file = write("e.ts", "export default () => 3;");
    const read: ModuleContract["read"] = (exported) =>
      typeof exported === "function" ? { kind: "baseline", create: () => ({ value: (exported as () => number)() }) } : undefined;
    expect(make(file, "baseline", { ...contract, read })).toEqual({ value: 3 });
  });
});
