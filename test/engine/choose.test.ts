/** The choice of engine. */
import { describe, expect, test } from "vitest";
import { chooseEngine, concreteEngineNames, openEngine } from "../../src/engine/choose.ts";
import { engineNames } from "../../src/engine/names.ts";

describe("openEngine", () => {
  test.each([
    ["onnx", "onnx-cpu"],
    ["wasm", "wasm"],
    ["cpu", "cpu"],
  ] as const)("opens %s", async (name, own) => {
    const engine = await openEngine(name, { threads: 1 });
    expect(engine.name).toBe(own);
    await engine.dispose();
  });

  test("auto opens the engine that is chosen", async () => {
    const chosen = await chooseEngine();
    const engine = await openEngine("auto", { threads: 1 });
    expect(engine.name).toBe(chosen === "onnx" ? "onnx-cpu" : chosen);
    await engine.dispose();
  });

  test("a named engine that is not there is refused with the reason and the remedy", async () => {
    const tries = concreteEngineNames
      .filter((name) => name.startsWith("tensorflow"))
      .map(async (name) => {
        try {
          const engine = await openEngine(name, { threads: 1 });
          expect(engine.name).toBe(name);
        } catch (error) {
          expect(String(error)).toMatch(
            new RegExp(`the engine ${name} is not there: .*(retort engines install tensorflow|CUDA).*retort doctor`),
          );
        }
      });
    await Promise.all(tries);
  });
});

test("the choice is the best engine, and auto is not one", async () => {
  expect(engineNames[0]).toBe("auto");
  expect(concreteEngineNames).not.toContain("auto");
  expect(concreteEngineNames.indexOf(await chooseEngine())).toBeLessThanOrEqual(concreteEngineNames.indexOf("onnx"));
});
