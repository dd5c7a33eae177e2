/** Beam search of one prompt on an engine: the completions of transformers, best first. */
import { afterAll, describe, expect, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import { bestCompletions } from "../../../src/rollouts/sampling/best-completions.ts";
import { loadReference } from "../../fixtures/reference-checkpoint.ts";

describe.each(["cpu", "onnx"] as const)("on %s", async (name) => {
  const engine = await openEngine(name, { threads: 1 });
  afterAll(() => engine.dispose());

  test.each(["llama", "t5"])("the best completions of a %s are those of transformers, and no memory is kept", async (family) => {
    const { expected, ...checkpoint } = await loadReference(family);
    const before = engine.memory();
    for (const { numBeams: beams, tokens, scores, lengthPenalty, maxNewTokens, endId, padId } of expected.beams) {
      for (const [row, prompt] of expected.prompts.entries()) {
        const options = { beams, lengthPenalty, maxNewTokens, endId, padId, earlyStopping: false };
        const found = await bestCompletions(engine, checkpoint, prompt, options);
        expect([...found[0]!.tokens]).toEqual(tokens[row]);
        expect(found[0]!.score).toBeCloseTo(scores[row]!, 4);
        expect(found[0]!.finish).toBe(tokens[row]!.at(-1) === endId ? "stop" : "length");
        expect(found.length).toBeLessThanOrEqual(beams);
        expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
      }
    }
    expect(engine.memory()).toEqual(before);
  });

  test("a prompt that leaves no room for the completion is refused", async () => {
    const { policy, weights } = await loadReference("llama");
    const options = { beams: 2, lengthPenalty: 1, maxNewTokens: 62, endId: 0, padId: 0, earlyStopping: false };
    await expect(bestCompletions(engine, { policy, weights }, [1, 2, 3], options)).rejects.toThrow(RangeError);
  });
});
