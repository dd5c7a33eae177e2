/** The report on every engine. */
import { expect, test } from "vitest";
import { chooseEngine, concreteEngineNames } from "../../src/engine/choose.ts";
import { inspectEngines } from "../../src/engine/inspect.ts";

test("every engine is tried; exactly the chosen one is chosen, and each has a reason", async () => {
  const engines = await inspectEngines();
  const chosen = await chooseEngine();
  expect(engines.map(({ name }) => name)).toEqual(concreteEngineNames);
  expect(engines.filter((engine) => engine.chosen)).toMatchObject([
    { name: chosen, found: true, reason: "auto takes the first that works here" },
  ]);
  for (const name of ["onnx", "wasm", "cpu"]) {
    const engine = engines.find((each) => each.name === name);
    expect(engine).toMatchObject({ found: true, device: "CPU" });
    expect(engine?.version).toMatch(/ \d/);
  }
  for (const { found, device, reason } of engines) {
    expect(reason.length).toBeGreaterThan(10);
    expect(device !== undefined).toBe(found);
  }
});
