/** The works that engines are compared by: what they give does not depend on the engine. */
import { expect, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { openDraw, openUpdate } from "../../../src/training/speed/work.ts";

const sizes = { layers: 1, width: 8, heads: 2, vocabularySize: 32, batch: 3 };

const checks = async (engine: Engine): Promise<number[]> => {
  const update = await openUpdate(engine, { ...sizes, length: 5 });
  const draw = await openDraw(engine, { ...sizes, promptLength: 3, newTokens: 4 });
  const found = [await update(), await update(), await draw(), await draw()];
  await engine.dispose();
  return found;
};

test("an update gives the first loss each time, a draw the mean log-prob of a completion, on any engine", async () => {
  const [onnx, plain] = [
    await checks(await openEngine("onnx", { threads: 1 })),
    await checks(await openEngine("cpu", { threads: 1 })),
  ] as const;
  for (const found of [onnx, plain]) {
    expect(found[1]).toBe(found[0]);
    expect(found[3]).toBe(found[2]);
    expect(found[2]).toBeLessThan(0);
  }
  for (const [i, value] of onnx.entries()) expect(value).toBeCloseTo(plain[i]!, 4);
});
