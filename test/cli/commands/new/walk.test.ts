/** Every file that `retort new` writes is right: all answers that go together, and the reason for those that do not. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { beforeAll, expect, test } from "vitest";
import { answersOf, type Said } from "../../../../src/cli/commands/new/answers.ts";
import { soundText } from "../../../../src/cli/commands/new/sound-answers.ts";
import { validateExperiment } from "../../../../src/experiments/explaining/validated.ts";
import { parseSource } from "../../../../src/experiments/file/file-source.ts";
import { layout } from "../../../../src/experiments/file/json-layout.ts";
import { startingParts } from "../../../../src/experiments/file/starting-file.ts";
import { yamlLayout } from "../../../../src/experiments/file/yaml-layout.ts";
import { rungs, type RungName } from "../../../../src/experiments/file/rungs.ts";
import { main } from "../../../../src/cli/program.ts";
import { modelPolicy, writeModel } from "../../../fixtures/model-folder.ts";
import { recorder } from "../../recorder.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-walk-"));
const [model, another] = [join(folder, "model"), join(folder, "another")];
const rows = Array.from({ length: 20 }, (_, i) => ({ prompt: `${i}+1=`, reference: `${i + 1}` }));
const lines = (name: string, all: readonly object[]): string => {
  const path = join(folder, name);
  writeFileSync(path, all.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
};
const tasks: Readonly<Record<string, Said>> = {
  sums: {},
  answered: { prompts: lines("answered.jsonl", rows) },
  unanswered: {
    prompts: lines(
      "unanswered.jsonl",
      rows.map(({ prompt }) => ({ prompt })),
    ),
  },
};
const models: Readonly<Record<string, Said>> = {
  new: { teacher: "1x16", student: "1x8" },
  checkpoints: { teacher: model, student: another },
  "new student": { teacher: model, student: "1x8" },
  "new teacher": { teacher: "1x16", student: another },
};
const names = Object.keys(rungs) as RungName[];

/** What a rung is told: nothing of a teacher that it has not. */
const saidOf = (rung: RungName, task: string, chosen: string): Said => {
  const { teacher, ...student } = models[chosen]!;
  return { rung, steps: 2, ...tasks[task], ...student, ...(rungs[rung].teacher && { teacher: teacher! }) };
};

/** Why answers do not go together; nothing where they do. */
const reason = (rung: RungName, task: string, chosen: string): string | undefined => {
  const { teacher } = rungs[rung];
  const [newTeacher, newStudent] = [teacher && /^new$|teacher/u.test(chosen), /^new$|student/u.test(chosen)];
  if (task === "sums") return teacher && newTeacher !== newStudent ? "both new, or both checkpoints" : undefined;
  if (task === "answered") return undefined;
  if (rung === "sft") return "has no references, which sft learns from; take --rung supervised-kd";
  return newTeacher ? "which a new teacher is trained on; name one by --teacher CHECKPOINT, take --rung rl" : undefined;
};

const cases = names.flatMap((rung) =>
  Object.keys(tasks).flatMap((task) => Object.keys(models).map((chosen) => [rung, task, chosen] as const)),
);
const good = cases.filter((one) => reason(...one) === undefined);
const bad = cases.filter((one) => reason(...one) !== undefined);

beforeAll(async () => {
  for (const [path, seed] of [
    [model, 1],
    [another, 2],
  ] as const)
    await writeModel(path, seed, modelPolicy(2, 256));
  writeFileSync(join(folder, "reward.ts"), "export default () => 1;\n");
});

/** So many sums take a while to be written in a checkpoint's tokens; fewer are as right. */
const fewSums = ["/task/train=40", "/task/test=4", "/evaluation/prompts=4"];

test.each(good)("%s on %s with %s is right in JSON and YAML", async (rung, task, chosen) => {
  const file = join(folder, "x.json");
  const answers = await answersOf(file, saidOf(rung, task, chosen));
  if (task !== "sums") expect(await soundText(file, answers)).toEqual({ text: layout(startingParts(answers)), notes: [] });
  const source = parseSource(file, layout(startingParts(answers)));
  const fewer = [
    ...fewSums,
    ...(source.find("/stages/sft-student/data/examples", "value") === undefined ? [] : ["/stages/sft-student/data/examples=8"]),
  ];
  const [validated] = await validateExperiment(source, task === "sums" ? fewer : []);
  expect(validated!.warnings).toEqual([]);
  expect(validated!.run.values.training.steps).toBe(2);
  expect(parseSource("x.yaml", yamlLayout(startingParts(answers))).value).toEqual(source.value);
});

test.each(names)("%s is right as a sweep", async (rung) => {
  const file = join(folder, "x.yaml");
  for (const task of ["sums", "answered"]) {
    const answers = await answersOf(file, { ...saidOf(rung, task, "new"), sweep: true });
    expect((await soundText(file, answers)).notes).toEqual([]);
  }
});

test.each(bad)("%s on %s with %s is refused with a way on", async (rung, task, chosen) => {
  const refused = answersOf(join(folder, "x.json"), saidOf(rung, task, chosen));
  await expect(refused).rejects.toThrow(InvalidArgumentError);
  await expect(refused).rejects.toThrow(reason(rung, task, chosen));
});

test("prompts without references are learned from by a reward where no teacher is named", async () => {
  const of = async (said: Said) => (await answersOf(join(folder, "x.json"), { ...tasks["unanswered"], ...said })).rung;
  expect([await of({}), await of({ teacher: model })]).toEqual(["rl", "rl-gkd"]);
});

/** Overrides that make a file's stages and its run as small as can be. */
const tiny = (stages: readonly string[], of: "sums" | "prompts"): string[] => [
  ...["", ...stages.map((name) => `/stages/${name}`)].flatMap((at) => [
    `${at}/training/steps=1`,
    `${at}/training/batch=4`,
    `${at}/training/schedule/warmup=0`,
  ]),
  ...(of === "sums" ? fewSums : ["/task/completionTokens=12"]),
  ...(of === "sums" && stages.includes("sft-student") ? ["/stages/sft-student/data/examples=8"] : []),
];

const ran: readonly (readonly [RungName, string, string, readonly string[]])[] = [
  ["sft", "answered", "new", []],
  ["supervised-kd", "unanswered", "checkpoints", []],
  ["on-policy-kd", "answered", "new teacher", ["teacher"]],
  ["gkd", "unanswered", "new student", ["sft-student"]],
  ["rl", "sums", "new", ["sft-student"]],
  ["rl", "unanswered", "new", []],
  ["rl-gkd", "sums", "new", ["teacher", "sft-student"]],
];

test.each(ran)(
  "%s on %s with %s runs its first step",
  async (rung, task, chosen, stages) => {
    const file = join(folder, `${rung}-${task}.yaml`);
    const flags = Object.entries(saidOf(rung, task, chosen)).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const retort = async (...args: string[]) => {
      const { terminal, output, errors } = recorder();
      return { code: await main(args, terminal), output: output(), errors: errors() };
    };
    expect(await retort("new", file, "--yes", ...flags)).toMatchObject({ code: 0, output: "" });
    const small = tiny(stages, task === "sums" ? "sums" : "prompts");
    const done = await retort("run", file, ...small, "--quiet", "--out", join(folder, "runs"), "--cache", join(folder, "cache"));
    expect(done).toMatchObject({ code: 0, errors: "" });
  },
  120_000,
);
