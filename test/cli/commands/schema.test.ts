/** Tests of `retort schema`. */
import { expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { fileSchema } from "../../../src/experiments/schema/file-schema.ts";
import { recorder } from "../recorder.ts";

const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(args, terminal), output: output(), errors: errors() };
};

test("retort schema prints the schema and nothing else", async () => {
  const { code, output, errors } = await retort("schema");
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(JSON.parse(output)).toEqual(fileSchema);
});

test("retort schema POINTER prints one key: type, default, meaning, example, and its keys", async () => {
  const { output } = await retort("schema", "/objective/alpha");
  expect(output).toMatch(/^\/objective\/alpha of .*reinforce-gkd/u);
  expect(output).toMatch(/^ {2}Share of distillation: .*\n {2}type +a number from 0 to 1.*\n {2}default +required\n {2}example +0\.5\n/mu);
  expect(output).toMatch(/^start +a number from 0 to 1 +0 +Share of the run/mu);
});

test("of a family it lists the members", async () => {
  expect((await retort("schema", "/objective/divergence")).output).toMatch(/^jsd +type, beta\b.* +\S/mu);
});

test("--json prints the part of the schema", async () => {
  expect(JSON.parse((await retort("schema", "/seed", "--json")).output)).toMatchObject({ type: "integer", default: 0 });
});

test("a key that there is not is refused with the nearest name", async () => {
  expect(await retort("schema", "/objective/alhpa")).toMatchObject({
    code: 2,
    output: "",
    errors: expect.stringContaining("did you mean /objective/alpha?") as string,
  });
});
