/** Tests of the rules about teachers. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checker, type Mistake } from "../../../src/experiments/schema/check.ts";
import { expand } from "../../../src/experiments/file/drafts.ts";
import { parseOverrides } from "../../../src/experiments/file/overrides.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { experimentSchema, type ExperimentValues } from "../../../src/experiments/schema/experiment-schema.ts";
import { semanticMistakes } from "../../../src/experiments/rules/all-rules.ts";
import { FileContext } from "../../../src/experiments/inputs/file-context.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";

const path = "test/fixtures/experiments/valid.json";
const source = parseSource(path, readFileSync(path, "utf8"));
const check = checker<ExperimentValues>(experimentSchema);

const server = '/teacher={"server": {"url": "http://127.0.0.1:8000", "model": "big"}}';

const mistakes = (...overrides: string[]): readonly Mistake[] => {
  const checked = check(expand(source, parseOverrides([server, ...overrides])).drafts[0]!.value);
  return "mistakes" in checked ? checked.mistakes : semanticMistakes(checked.values, path, new FileContext("test/fixtures/experiments"));
};

test("needs a server with an address and a model, and no more", () => {
  expect(mistakes()).toEqual([]);
  expect(mistakes("/teacher/temperature=0.5")).toEqual([]);
  const [run] = planExperiment(path, [server]);
  expect(run?.stages.map(({ name }) => name)).toEqual(["sft-student"]);
  expect(run?.values.teacher).toEqual({
    server: { url: "http://127.0.0.1:8000", model: "big", endpoint: "completions", connections: 8, timeout: 120_000 },
    temperature: 1,
  });
});

const mixture = (second: string): string =>
  `/teacher={"mixture": [{"teacher": {"stage": "teacher"}, "weight": 2}, {"teacher": ${second}}]}`;
const small = '{"stage": "sft-student", "temperature": 0.5}';

describe("a mixture", () => {
  test("needs the stages of all of its teachers", () => {
    const [run] = planExperiment(path, [mixture(small)]);
    expect(run?.stages.map(({ name }) => name)).toEqual(["sft-student", "teacher"]);
    expect(run?.values.teacher).toEqual({
      mixture: [
        { teacher: { stage: "teacher", temperature: 1 }, weight: 2 },
        { teacher: { stage: "sft-student", temperature: 0.5 }, weight: 1 },
      ],
    });
  });

  test("is another one with other weights or another teacher, and the same however its servers are asked", () => {
    const id = (...overrides: string[]): string =>
      planExperiment(path, [mixture('{"server": {"url": "http://127.0.0.1:8000", "model": "big"}}'), ...overrides])[0]!.id;
    expect(id("/teacher/mixture/1/teacher/server/connections=1")).toBe(id());
    for (const override of [
      "/teacher/mixture/0/weight=1",
      "/teacher/mixture/0/teacher/temperature=2",
      '/teacher/mixture/1/teacher/server/model="bigger"',
    ]) {
      expect(id(override)).not.toBe(id());
    }
  });

  test.each<[string, string[], string, string]>([
    ["an unknown key", [mixture('{"stage": "teacher", "weight": 2}')], "/teacher/mixture/1/teacher/weight", 'unknown key "weight"'],
    [
      "a stage that is not there",
      [mixture('{"stage": "teachr"}')],
      "/teacher/mixture/1/teacher/stage",
      'no stage "teachr"; did you mean "teacher"?',
    ],
    ["no teachers", ['/teacher={"mixture": []}'], "/teacher/mixture", "expected at least 1 entry, such as [{"],
    ["a weight of 0", [mixture(small), "/teacher/mixture/1/weight=0"], "/teacher/mixture/1/weight", "expected a number above 0, such as"],
    [
      "an address that is none",
      [mixture('{"server": {"url": "here", "model": "big"}}')],
      "/teacher/mixture/1/teacher/server/url",
      "expected an address that begins with",
    ],
    [
      "a behavior that draws with it",
      [mixture(small), '/rollouts/behavior={"type": "speculative"}'],
      "/rollouts/behavior/type",
      "expected a teacher here to draw with, got a mixture",
    ],
    [
      "an objective for unlike vocabularies",
      [mixture(small), '/objective={"type": "universal-logit-distillation"}', "/rewards=[]"],
      "/teacher/mixture",
      "a mixture is asked in the student's tokens",
    ],
    [
      "a teacher made for shorter completions",
      [mixture(small), "/rollouts/maxNewTokens=100", "/stages/sft-student/rollouts/maxNewTokens=100"],
      "/teacher/mixture/0/teacher/stage",
      "the teacher was made for",
    ],
  ])("with %s is a mistake", (_what, overrides, pointer, message) => {
    expect(mistakes(...overrides)).toContainEqual(
      expect.objectContaining({ pointer, message: expect.stringContaining(message) as string }),
    );
  });

  test("of servers may have temperatures where the likeliest tokens alone are read", () => {
    const topK = '/objective={"type": "distillation", "divergence": {"type": "forward-kl"}, "topK": 5}';
    expect(
      mistakes(mixture('{"server": {"url": "http://127.0.0.1:8000", "model": "big"}, "temperature": 2}'), topK, "/rewards=[]"),
    ).toEqual([]);
  });
});

describe("the student itself", () => {
  const self = (kind: string): string => `/teacher={"student": "${kind}"}`;

  test("needs no stage but its own, and is another teacher with another decay", () => {
    expect(mistakes(self("initial"))).toEqual([]);
    expect(mistakes(self("average"), "/teacher/decay=0.9")).toEqual([]);
    const run = (...overrides: string[]) => planExperiment(path, overrides)[0]!;
    expect(run(self("initial")).stages.map(({ name }) => name)).toEqual(["sft-student"]);
    expect(new Set([run(self("initial")), run(self("average")), run(self("average"), "/teacher/decay=0.9")].map(({ id }) => id)).size).toBe(
      3,
    );
  });

  test.each<[string, string[], string, string]>([
    [
      "a decay of the initial one",
      [self("initial"), "/teacher/decay=0.9"],
      "/teacher/decay",
      "expected no decay of the initial student, which is frozen",
    ],
    ["a decay of 1", [self("average"), "/teacher/decay=1"], "/teacher/decay", "expected a number of at least 0 and below 1, such as"],
    ["another name", [self("final")], "/teacher/student", 'expected one of "initial", "average", got "final"'],
    [
      "an average that draws",
      [self("average"), '/rollouts/behavior={"type": "speculative"}'],
      "/rollouts/behavior/type",
      "expected a teacher here to draw with, got an average of the student",
    ],
    [
      "two decays",
      ['/teacher={"mixture": [{"teacher": {"student": "average"}}, {"teacher": {"student": "average", "decay": 0.5}}]}'],
      "/teacher/mixture/1/teacher",
      "expected one decay of all averages of the student, got 0.99 and 0.5",
    ],
  ])("with %s is a mistake", (_what, overrides, pointer, message) => {
    expect(mistakes(...overrides)).toContainEqual(
      expect.objectContaining({ pointer, message: expect.stringContaining(message) as string }),
    );
  });
});

describe("stored scores", () => {
  const kept = '"scores": {"folder": "scores"}';

  test("are kept beside the file", () => {
    const override = `/teacher={"student": "initial", ${kept}}`;
    expect(mistakes(override)).toEqual([]);
    expect(planExperiment(path, [override])[0]!.values.teacher).toMatchObject({ scores: { folder: "scores", ask: true, mebibytes: 4096 } });
  });

  test.each<[string, string, string]>([
    [`/teacher={"student": "average", ${kept}}`, "/teacher/scores", "expected no stored scores of an average of the student"],
    ['/teacher={"student": "initial", "scores": {}}', "/teacher/scores", 'missing key "folder"'],
    [
      '/teacher={"student": "initial", "scores": {"folder": "a", "mebibytes": 0}}',
      "/teacher/scores/mebibytes",
      "expected a number above 0",
    ],
  ])("%s is a mistake", (override, pointer, message) => {
    expect(mistakes(override)).toContainEqual(expect.objectContaining({ pointer, message: expect.stringContaining(message) as string }));
  });
});

describe("a teacher with a context of its own", () => {
  const shown = (context: string): string => `/teacher={"student": "initial", "context": "${context}"}`;
  const room = "/stages/sft-student/rollouts/maxNewTokens=200";

  test("reads the prompt's parts, and is another teacher with another context", () => {
    expect(mistakes(shown("{reference};{prompt}"), room)).toEqual([]);
    const id = (context: string): string => planExperiment(path, [shown(context), room])[0]!.id;
    expect(id("{reference};{prompt}")).not.toBe(id("{prompt}"));
  });

  test.each<[string, string[], string, string]>([
    [
      "a part that prompts do not have",
      [shown("{hint}{prompt}"), room],
      "/teacher/context",
      "expected one of prompt, reference in braces, got {hint}",
    ],
    ["characters that the tokenizer does not have", [shown("Hint: {prompt}"), room], "/teacher/context", "H"],
    [
      "a student that was made for shorter prompts",
      [shown("{reference};{reference};{prompt}")],
      "/teacher/context",
      "the teacher was made for",
    ],
    [
      "a behavior that draws with it",
      [shown("{prompt}"), '/rollouts/behavior={"type": "speculative"}'],
      "/rollouts/behavior/type",
      "expected a teacher here to draw with, got one with a context of its own",
    ],
  ])("with %s is a mistake", (_what, overrides, pointer, message) => {
    expect(mistakes(...overrides)).toContainEqual(
      expect.objectContaining({ pointer, message: expect.stringContaining(message) as string }),
    );
  });
});

describe("teachers that prompts name", () => {
  const routes = (second = '{"stage": "sft-student"}'): string =>
    `/teacher={"by": "subject", "routes": {"a/b": {"stage": "teacher"}, "mixed": {"mixture": [{"teacher": ${second}}]}}}`;

  test("are checked at their locations, and prompts without the field are a mistake", () => {
    const found = mistakes(routes('{"stage": "teachr"}'));
    expect(found).toContainEqual(expect.objectContaining({ pointer: "/teacher/routes/mixed/mixture/0/teacher/stage" }));
    expect(mistakes(routes())).toEqual([
      {
        pointer: "/teacher/routes",
        part: "key",
        message: expect.stringContaining('to be one of a/b, mixed, got no field "subject"') as string,
      },
    ]);
    expect(mistakes('/teacher={"by": "subject", "routes": {}}')).toContainEqual(
      expect.objectContaining({ pointer: "/teacher/routes", message: expect.stringContaining("at least 1 entry, such as {") as unknown }),
    );
  });

  test("draw nothing", () => {
    const message = "expected a teacher here to draw with, got several of which each prompt names one; take a stage or a checkpoint";
    expect(mistakes(routes(), '/rollouts/behavior={"type": "speculative"}')).toContainEqual({
      pointer: "/rollouts/behavior/type",
      message,
    });
  });
});

test("how it is asked decides nothing, and whom decides", () => {
  const id = (...overrides: string[]): string => planExperiment(path, [server, ...overrides])[0]!.id;
  for (const override of [
    "/teacher/server/connections=1",
    "/teacher/server/timeout=5",
    '/teacher/server/tokenVariable="T"',
    '/teacher/server/endpoint="generate"',
    '/teacher/scores={"folder": "scores"}',
  ]) {
    expect(id(override)).toBe(id());
  }
  for (const override of ['/teacher/server/model="bigger"', '/teacher/server/url="http://127.0.0.1:8001"', "/teacher/temperature=2"]) {
    expect(id(override)).not.toBe(id());
  }
});

describe.each<[string, string[], string, string]>([
  ["no model", ['/teacher={"server": {"url": "http://127.0.0.1:8000"}}'], "/teacher/server", 'missing key "model"'],
  ["an unknown key", ["/teacher/server/key=1"], "/teacher/server/key", 'unknown key "key"'],
  [
    "an address that is none",
    ['/teacher/server/url="127.0.0.1:8000"'],
    "/teacher/server/url",
    "teacher: expected an address that begins with http:// or https://",
  ],
  [
    "a behavior that draws with the teacher",
    ['/rollouts/behavior={"type": "speculative"}', "/objective/alpha=1", "/rewards=[]"],
    "/rollouts/behavior/type",
    "expected a teacher here to draw with, got one on a server",
  ],
  [
    "sequences that the teacher writes",
    ['/data={"onPolicyFraction": 0, "offPolicy": "teacher"}', "/objective/alpha=1", "/rewards=[]"],
    "/data/offPolicy",
    "expected a teacher here to draw with, got one on a server",
  ],
  [
    "an objective for unlike vocabularies",
    ['/objective={"type": "universal-logit-distillation"}', "/rewards=[]"],
    "/teacher/server",
    "universal-logit-distillation reads a teacher of another vocabulary",
  ],
  [
    "another temperature of the likeliest tokens alone",
    ['/objective={"type": "distillation", "divergence": {"type": "forward-kl"}, "topK": 5}', "/rewards=[]", "/teacher/temperature=0.5"],
    "/teacher/temperature",
    "expected 1, got 0.5: a server gives log-probs at temperature 1",
  ],
])("%s", (_what, overrides, pointer, message) => {
  test("is a mistake", () => {
    expect(mistakes(...overrides)).toContainEqual(
      expect.objectContaining({ pointer, message: expect.stringContaining(message) as string }),
    );
  });
});
