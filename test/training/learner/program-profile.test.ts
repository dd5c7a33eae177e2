/** What programs are made of must not grow unseen: their nodes, and the bytes that they take, beside a stored profile. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { programMemory } from "../../../src/engine/onnx/memory.ts";
import type { Program } from "../../../src/engine/program.ts";
import { isScope, liveNodes, type Scope } from "../../../src/engine/recording/graph.ts";
import { record } from "../../../src/engine/recording/record.ts";
import { translated } from "../../../src/engine/tensorflow/saved-model.ts";
import { gpt2 } from "../../../src/policies/families/gpt2.ts";
import { llama } from "../../../src/policies/families/llama.ts";
import { programOf, type Use } from "../../../src/training/memory/uses.ts";

const file = new URL("../../fixtures/program-profile.json", import.meta.url);

/** A share that may be added before somebody has to look at it, and writes the profile anew. */
const allowed = 1.2;

const context = { vocabularySize: 4096, contextLength: 96 };
const policies = {
  "gpt2 4x128": gpt2.create(
    {
      layers: 4,
      width: 128,
      heads: 4,
      tied: true,
      activation: "gelu_new",
      normEpsilon: 1e-5,
      scaledByWidth: true,
      scaledByLayer: false,
    },
    context,
  ),
  "llama 4x128": llama.create(
    { layers: 4, width: 128, heads: 4, keyValueHeads: 2, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 },
    context,
  ),
};

/** Nodes of a scope and of the loops in it. */
const nodesIn = (scope: Scope): number =>
  liveNodes(scope).reduce(
    (sum, { attributes }) =>
      sum +
      Object.values(attributes)
        .filter(isScope)
        .reduce((inner, body) => inner + nodesIn(body), 1),
    0,
  );

const profileOf = (program: Program<string, string>) => {
  const { main } = record(program).graph.finished();
  const { inputs, running } = programMemory(program);
  // The same program for the other compiler, with its constants.
  return { nodes: nodesIn(main), inputs, running, tensorflow: translated(program).file.length };
};

const profiles = () =>
  Object.fromEntries(
    Object.entries(policies).flatMap(([name, policy]) =>
      (["sampling", "scoring", "training"] satisfies Use[]).map((use) => [
        `${name}, ${use}`,
        profileOf(programOf(use, policy, { batch: 8, length: 96 })),
      ]),
    ),
  );

test("programs have no more nodes, and take no more memory, than when their profile was written", () => {
  const now = profiles();
  // RETORT_WRITE_PROFILE=1 npx vitest run test/training/learner/program-profile.test.ts
  if (process.env["RETORT_WRITE_PROFILE"] === "1") writeFileSync(file, `${JSON.stringify(now, undefined, 2)}\n`);
  const before = JSON.parse(readFileSync(file, "utf8")) as typeof now;
  expect(Object.keys(now)).toEqual(Object.keys(before));
  for (const [name, profile] of Object.entries(now))
    for (const [what, value] of Object.entries(profile))
      expect(value, `${name}: ${what}`).toBeLessThanOrEqual(allowed * before[name]![what as keyof typeof profile]);
});
