/** Tests of programs that are kept. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEngine } from "../../src/engine/choose.ts";
import type { Buffer, Engine } from "../../src/engine/engine.ts";
import { ProgramCache } from "../../src/engine/program-cache.ts";
import { float32, type Program } from "../../src/engine/program.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("onnx", { threads: 1 });
});
afterAll(() => engine.dispose());

let made: string[] = [];
const program =
  (name: string, size = 256) =>
  (): Program => {
    made.push(name);
    return { name, inputs: { x: float32() }, build: ({ x }) => ({ y: tf.mul(tf.ones([size]), x!) }) };
  };

const x = (): { readonly x: Buffer } => ({ x: engine.upload(Float32Array.of(2), float32()) });

const run = async (cache: ProgramCache, name: string, size?: number): Promise<void> => {
  const { y } = await cache.run(name, program(name, size), x());
  expect((await engine.download(y!))[0]).toBe(2);
};

test("the program that was run least recently makes room, and is made anew when it is run again", async () => {
  made = [];
  const cache = new ProgramCache(engine, { programs: 2 });
  for (const name of ["a", "b", "a", "c", "a", "b"]) await run(cache, name);
  expect(made).toEqual(["a", "b", "c", "b"]);
  expect(cache.size.programs).toBe(2);
  await cache.dispose();
  expect(cache.size.programs).toBe(0);
});

test("programs are kept by the memory that they take, and one that takes more than all may is refused", async () => {
  made = [];
  const cache = new ProgramCache(engine, { bytes: 6 * 2 ** 20 });
  for (const name of ["a", "b", "c"]) await run(cache, name);
  expect(cache.size.programs).toBe(3);
  await run(cache, "large", 2 ** 18);
  expect(made).toEqual(["a", "b", "c", "large"]);
  expect(cache.size.bytes).toBeLessThanOrEqual(6 * 2 ** 20);
  await run(cache, "large too", 2 ** 18 - 1);
  expect(cache.size.programs).toBeLessThan(5);
  await expect(run(cache, "too large", 2 ** 24)).rejects.toThrow(
    /^expected a request that takes at most 6\.0 MiB beside the weights, got one that takes about \d+\.\d MiB; /,
  );
  await run(cache, "large too", 2 ** 18 - 1);
  expect(made.filter((name) => name === "large too")).toHaveLength(1);
  await cache.dispose();
});

test("a program that runs is not put away, and one that fails is not kept", async () => {
  made = [];
  const cache = new ProgramCache(engine, { programs: 1 });
  await Promise.all([run(cache, "a"), run(cache, "b"), run(cache, "a")]);
  const broken = (): Program => ({
    name: "broken",
    inputs: { x: float32() },
    build: () => {
      throw new RangeError("does not build");
    },
  });
  await expect(cache.run("broken", broken, x())).rejects.toThrow("does not build");
  await expect(cache.run("broken", broken, x())).rejects.toThrow("does not build");
  await run(cache, "broken");
  await cache.dispose();
});
