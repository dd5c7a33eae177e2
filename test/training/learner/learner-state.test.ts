/** Tests of the learner's arrays on an engine. */
import { expect, test } from "vitest";
import { float32 } from "../../../src/engine/program.ts";
import { onnxEngine } from "../../../src/engine/onnx/engine.ts";
import { downloadState, initialState, uploadFrozen, uploadState } from "../../../src/training/learner/learner-state.ts";
import { statePacks } from "../../../src/training/learner/optimizer-state.ts";
import { packsFor } from "../../../src/training/learner/packing.ts";
import { adamw } from "../../../src/training/optimizers/adamw.ts";
import { adamwValues } from "../../fixtures/recipes.ts";

const specs = { table: { shape: [300, 300], initial: { value: 0 } }, bias: { shape: [7], initial: { value: 0 } } } as const;
const arrays = () => ({
  table: Float32Array.from({ length: 90_000 }, (_, i) => i),
  bias: Float32Array.from({ length: 7 }, (_, i) => -i),
});

test("a state comes back as it went, each kind by itself, and moments begin at zero", async () => {
  const engine = onnxEngine();
  const packs = packsFor(specs);
  const kinds = statePacks(packs, adamw(adamwValues));
  const buffers = uploadState(engine, kinds, initialState(arrays()));
  expect(buffers.size).toBe(3 * packs.length);
  const read = (kind: "parameters" | "first" | "second") => {
    const flats = packs.map(({ size }) => new Float32Array(size));
    return downloadState(engine, packs, buffers, kind, flats);
  };
  expect(await read("parameters")).toEqual(arrays());
  for (const kind of ["first", "second"] as const)
    expect(Object.values(await read(kind)).every((array) => array.every((value) => value === 0))).toBe(true);
  await engine.dispose();
});

test("an array that does not fit, and frozen weights that are not there, are refused by name", async () => {
  const engine = onnxEngine();
  const packs = packsFor(specs);
  const kinds = statePacks(packs, adamw(adamwValues));
  const state = initialState({ ...arrays(), bias: new Float32Array(6) });
  expect(() => uploadState(engine, kinds, state)).toThrow(/learner, parameters: expected 7 values for bias, got 6/u);
  expect(() => uploadState(engine, kinds, { parameters: arrays(), slots: { first: arrays() } })).toThrow(
    /learner, second: expected 90000 values for table, got none/u,
  );
  expect(() => uploadState(engine, kinds, { parameters: arrays(), slots: { momentum: arrays(), first: arrays() } })).toThrow(
    /expected what its optimizer keeps \(first, second\), got momentum/u,
  );
  const policy = { parameters: specs } as unknown as Parameters<typeof uploadFrozen>[1]["policy"];
  const still = uploadFrozen(engine, { policy, frozen: ["bias"] }, arrays());
  expect([...still.keys()]).toEqual(["frozen/bias"]);
  expect(still.get("frozen/bias")).toMatchObject(float32(7));
  expect(() => uploadFrozen(engine, { policy, frozen: ["table"] }, {})).toThrow(/frozen weights of table, got none/u);
  await engine.dispose();
});
