/** The sampler: completions by coordinates, whoever else is in the chunk. */
import { afterAll, describe, expect, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import type { Weights } from "../../../src/policies/policy.ts";
import { behaviors, type BehaviorValues } from "../../../src/rollouts/behaviors/index.ts";
import { bestCompletions } from "../../../src/rollouts/sampling/best-completions.ts";
import { Sampler, type DrawRequest, type Writer } from "../../../src/rollouts/sampling/sampler.ts";
import type { Completion } from "../../../src/rollouts/batches/rollout.ts";
import { presentEngines } from "../../engine/present.ts";
import { bigram, model, smallLlama, smallTask } from "../../fixtures/recipes.ts";
import { roughWeights } from "../../laws/policy.laws.ts";

const { tokenizer, train } = smallTask();
const prompts = train.slice(0, 6).map(({ text }) => Int32Array.from(tokenizer.encode(text)));
const coordinates = prompts.map((_, index) => [7, 2, index, 0] as const);
const options = { batch: 3, promptLength: 5, maxNewTokens: 6, padId: tokenizer.padId, endId: tokenizer.endId };
const policy = smallLlama();
const at = (temperature: number): Writer => ({ by: "student", temperature });
/** Far from uniform, so that another prompt or another number gives another completion. */
const weights = Object.fromEntries(Object.entries(roughWeights(policy)).map(([name, { data }]) => [name, data])) as Weights;

describe.each(presentEngines)("a sampler on %s", async (name) => {
  const engine = await openEngine(name, { threads: 1 });
  afterAll(() => engine.dispose());
  const sampler = new Sampler(engine, { ...options, policy });
  sampler.load(weights);
  const draw = (rows: readonly number[], changes: Partial<DrawRequest> = {}): Promise<Completion[]> =>
    sampler.draw({
      prompts: rows.map((row) => prompts[row]!),
      coordinates: rows.map((row) => coordinates[row]!),
      writer: at(1),
      ...changes,
    });

  const expectSame = (a: Completion, b: Completion): void => {
    expect(Array.from(a.tokens)).toEqual(Array.from(b.tokens));
    a.behaviorLogProbs.forEach((value, i) => expect(value).toBeCloseTo(b.behaviorLogProbs[i]!, 5));
  };

  test("gives as many completions as prompts, with a log-prob for each token, and ends at end-of-sequence", async () => {
    const completions = (await Promise.all([draw([0, 1, 2]), draw([3, 4]), draw([5])])).flat();
    expect(completions).toHaveLength(6);
    for (const { tokens, behaviorLogProbs: logProbs } of completions) {
      expect(logProbs).toHaveLength(tokens.length);
      expect(tokens.length).toBeLessThanOrEqual(options.maxNewTokens);
      expect(tokens.subarray(0, -1)).not.toContain(tokenizer.endId);
      if (tokens.length < options.maxNewTokens) expect(tokens.at(-1)).toBe(tokenizer.endId);
      expect(Math.max(...logProbs)).toBeLessThanOrEqual(0);
    }
  });

  test("draws by coordinates: the same completion in any chunk, in any row", async () => {
    const [alone] = await draw([4]);
    const full = await draw([4, 1, 2]);
    const last = await draw([0, 3, 4]);
    expectSame(full[0]!, alone!);
    expectSame(last[2]!, alone!);
    expectSame((await draw([4]))[0]!, alone!);
  });

  test.each([1, 2, 5])(
    "searches with %d beams, as many prompts together as fill its rows, what beam search finds for each alone",
    async (beams) => {
      const { batch: _batch, promptLength: _length, ...ends } = options;
      const searching = { beams, lengthPenalty: 0.6, minNewTokens: 2 };
      for (const batch of [2, 6]) {
        const other = new Sampler(engine, { ...options, batch, policy });
        other.load(weights);
        const found: Int32Array[] = [];
        for (let start = 0; start < prompts.length; start += batch)
          found.push(...(await other.search({ prompts: prompts.slice(start, start + batch), searching })));
        expect(found).toHaveLength(prompts.length);
        for (const [row, prompt] of prompts.entries()) {
          const [best] = await bestCompletions(engine, { policy, weights }, [...prompt], { ...ends, ...searching, earlyStopping: false });
          expect([...found[row]!]).toEqual([...best!.tokens]);
        }
        await expect(other.search({ prompts: [...prompts, ...prompts], searching })).rejects.toThrow(
          `expected 1 to ${batch} prompts, got 12`,
        );
        await other.dispose();
      }
    },
  );

  test("a group whose prompt is read once gets the same completions, in a chunk that is full or not; where it cannot be, too", async () => {
    const wide = new Sampler(engine, { ...options, batch: 6, policy });
    wide.load(weights);
    const request = (rows: readonly number[], group: number): DrawRequest => ({
      prompts: rows.map((row) => prompts[row]!),
      coordinates: rows.map((_, sample) => [7, 2, 0, sample] as const),
      writer: at(1),
      group,
    });
    for (const [rows, group] of [
      [[0, 0, 1, 1, 2, 2], 2],
      [[3, 3, 3], 3],
      [[4, 4, 4, 4], 4],
    ] as const) {
      const apart = await wide.draw(request(rows, 1));
      (await wide.draw(request(rows, group))).forEach((completion, i) => expectSame(completion, apart[i]!));
    }
    await expect(wide.draw(request([0, 0, 1, 2], 2))).rejects.toThrow(
      new RangeError("sampler: expected 2 times the same prompt from row 2 on, got another in row 3"),
    );
    await expect(wide.draw(request([0, 0, 1], 2))).rejects.toThrow(
      new RangeError("sampler: expected whole groups of 2 prompts, got 3 prompts"),
    );
    await wide.dispose();
  });

  test("shapes as its writer says, and gives raw log-probs beside those that were used", async () => {
    const [plain] = await draw([1]);
    expect(Array.from(plain!.rawLogProbs)).toEqual(Array.from(plain!.behaviorLogProbs));
    const [narrow] = await draw([1], { writer: { by: "student", temperature: 1, topK: 1 } });
    const [greedy] = await draw([1], { writer: at(0) });
    expectSame({ ...narrow!, behaviorLogProbs: narrow!.rawLogProbs }, { ...greedy!, behaviorLogProbs: greedy!.rawLogProbs });
    narrow!.behaviorLogProbs.forEach((logProb) => expect(logProb).toBeCloseTo(0, 6));
    expect(Math.max(...narrow!.rawLogProbs)).toBeLessThan(0);
  });

  test("draws anew for another seed, step, prompt or sample", async () => {
    const texts = await Promise.all(
      (
        [
          [7, 2, 0, 0],
          [8, 2, 0, 0],
          [7, 3, 0, 0],
          [7, 2, 1, 0],
          [7, 2, 0, 1],
          [7, "evaluation", 0, 0],
        ] as const
      ).map(async (one) => (await draw([0], { coordinates: [one], writer: at(8) }))[0]!.tokens.join()),
    );
    expect(new Set(texts).size).toBe(6);
  });

  test("at temperature 0 takes the likeliest, whatever the coordinates, and draws again afterwards", async () => {
    const [drawn] = await draw([0]);
    const [first] = await draw([0], { writer: at(0) });
    const [second] = await draw([0], { writer: at(0), coordinates: [[9, 9, 9, 9]] });
    expectSame(first!, second!);
    expectSame((await draw([0]))[0]!, drawn!);
  });

  test("uses the newest weights, and frees those before", async () => {
    const before = engine.memory();
    const [rough] = await draw([1]);
    sampler.load(model(policy, 1).weights);
    const [fresh] = await draw([1]);
    expect(fresh!.behaviorLogProbs[0]).not.toBeCloseTo(rough!.behaviorLogProbs[0]!, 3);
    sampler.load(weights);
    expectSame((await draw([1]))[0]!, rough!);
    expect(engine.memory()).toEqual(before);
  });

  test("keeps what a later load leaves out", async () => {
    const before = engine.memory();
    const other = model(policy, 1).weights;
    const [name] = Object.keys(weights) as [string];
    sampler.load({ [name]: other[name]! });
    const [partly] = await draw([1]);
    sampler.load({ ...weights, [name]: other[name]! });
    expectSame((await draw([1]))[0]!, partly!);
    sampler.load(weights);
    expect((await draw([1]))[0]!.behaviorLogProbs[0]).not.toBeCloseTo(partly!.behaviorLogProbs[0]!, 3);
    expect(engine.memory()).toEqual(before);
  });

  test("refuses too many prompts, none, a prompt that is too long, and weights that do not fit", async () => {
    await expect(draw([0, 1, 2, 3])).rejects.toThrow(new RangeError("sampler: expected 1 to 3 prompts, got 4"));
    await expect(draw([])).rejects.toThrow(RangeError);
    const before = engine.memory();
    await expect(draw([0], { prompts: [new Int32Array(6)] })).rejects.toThrow(/expected prompt 0 to have 1 to 5 tokens, got 6/u);
    const [first] = Object.keys(weights);
    expect(() => sampler.load({ ...weights, [first!]: new Float32Array(2) })).toThrow(/sampler: expected \d+ values for .*, got 2/u);
    expect(engine.memory()).toEqual(before);
    await expect(draw([0])).resolves.toHaveLength(1);
  });

  test("before it has weights, refuses to draw", async () => {
    const empty = new Sampler(engine, { ...options, policy: bigram() });
    expect(() => empty.load({})).toThrow(/sampler: expected \d+ values for ngram.logits, got none/u);
    const request: DrawRequest = { prompts: prompts.slice(0, 1), coordinates: coordinates.slice(0, 1), writer: at(1) };
    await expect(empty.draw(request)).rejects.toThrow(
      new RangeError("sampler: expected weights before the first draw, got none; load them"),
    );
  });

  test("draws by its behavior when the writer is behavior, else by itself alone, and the teacher alone at its own temperature", async () => {
    const teacher = { policy: smallLlama(), weights: model(smallLlama(), 9).weights, temperature: 0.7 };
    const own = (behavior: BehaviorValues): Sampler =>
      new Sampler(engine, { ...options, policy, behavior: behaviors.create(behavior, undefined), teacher });
    const drawn = async (sampling: Sampler, writer: Writer): Promise<Completion[]> => {
      sampling.load(weights);
      const completions = await sampling.draw({ prompts: prompts.slice(0, 3), coordinates: coordinates.slice(0, 3), writer });
      await sampling.dispose();
      return completions;
    };
    const before = engine.memory();
    const alone = await draw([0, 1, 2]);
    const mixed = await drawn(own({ type: "teacher-mixed", share: 0.5 }), { by: "behavior", temperature: 1 });
    expect(mixed.map(({ behaviorLogProbs: logProbs }) => logProbs[0]!)).not.toEqual(
      alone.map(({ behaviorLogProbs: logProbs }) => logProbs[0]!),
    );
    expect(await drawn(own({ type: "teacher-mixed", share: 0.5 }), at(1))).toEqual(alone);
    expect(await drawn(own({ type: "student" }), { by: "behavior", temperature: 1 })).toEqual(alone);
    expect(await drawn(own({ type: "speculative", topK: 99 }), { by: "behavior", temperature: 1 })).toEqual(alone);
    const other = new Sampler(engine, { ...options, policy: teacher.policy });
    other.load(teacher.weights);
    const teachers = await other.draw({ prompts: prompts.slice(0, 3), coordinates: coordinates.slice(0, 3), writer: at(0.7) });
    await other.dispose();
    expect(await drawn(own({ type: "student" }), { by: "teacher" })).toEqual(teachers);
    expect(engine.memory()).toEqual(before);
  });

  test("without a teacher refuses to mix with one and to let it draw", async () => {
    const behavior = behaviors.create({ type: "speculative", topK: 1 }, undefined);
    expect(() => new Sampler(engine, { ...options, policy, behavior })).toThrow(
      new RangeError("sampler: expected a teacher for the behavior speculative, got none"),
    );
    await expect(draw([0], { writer: { by: "teacher" } })).rejects.toThrow(
      new RangeError("sampler: expected a teacher that could draw, got none"),
    );
  });

  test("gives everything back", async () => {
    const before = engine.memory();
    const other = new Sampler(engine, { ...options, policy: bigram() });
    other.load(model(bigram(), 1).weights);
    await other.draw({ prompts: prompts.slice(0, 1), coordinates: coordinates.slice(0, 1), writer: at(1) });
    await other.dispose();
    expect(engine.memory()).toEqual(before);
  });
});
