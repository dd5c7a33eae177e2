/** What a file may be called, how long it may be, and that its behaviour has a test at the same place. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { exportsOf, readSources, root, visit, type SourceFile } from "./source.ts";

const longest = 300;
const longestMedian = 90;
const mostFiles = 25;
const vague = new Set(["util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"]);

/** Files of src with behaviour and without a test of the same name, each with the reason. */
const untested: Readonly<Record<string, string>> = {
  "src/experiments/file/rungs.ts": "values alone: test/experiments/file/starting-file.test.ts makes a file of each",
  "src/serving/health-route.ts": "test/serving/policy-attacks.test.ts asks while the thread has ended",
  "src/remote/refused-request.ts": "test/remote/server.test.ts has routes that refuse",
  "src/remote/received.ts": "test/remote/attacks.test.ts and test/remote/server.test.ts send what is refused",
  "src/remote/send.ts": "test/remote/attacks.test.ts reads answers, and reads them not",
  "src/reproduction/kept-trials.ts": "test/reproduction/collect.test.ts collects with what it keeps",
  "src/reproduction/write-results.ts": "test/reproduction/collect.test.ts writes what it collected",
  "src/engine/names.ts": "values alone: test/engine/choose.test.ts opens each of them",
  "src/checking/law.ts": "test/checking/check-module.test.ts keeps and breaks its laws",
  "src/checking/demand-gradient.ts": "test/checking/check-module.test.ts keeps and breaks its laws",
  "src/engine/evaluate.ts": "test/checking/check-module.test.ts runs the laws of modules with it",
  "src/engine/recording/read-inputs.ts": "test/training/learner/micro-batches.test.ts gives the sums of parts what they read, and no more",
  "src/objectives/arithmetic/over-batch.ts":
    "test/training/learner/additivity.test.ts adds up parts of every objective, and of one that does not",
  "src/training/learner/accumulation.ts": "test/training/learner/micro-batches.test.ts takes the steps of its programs",
  "src/training/learner/batch-sums.ts": "test/training/learner/micro-batches.test.ts and additivity.test.ts add up every objective's",
  "src/training/checks/example-batch.ts": "numbers alone: test/training/learner/additivity.test.ts tries every objective on them",
  "src/training/learner/run-program.ts": "test/training/learner/learner.test.ts and micro-batches.test.ts run all of it, errors too",
  "src/training/learner/inspector.ts": "test/training/learner/learner.test.ts inspects with it",
  "src/training/learner/inspected.ts": "test/training/train-micro-batches.test.ts compares the inspection of parts with that of the whole",
  "src/training/step/learn.ts": "test/training/train-micro-batches.test.ts and train.test.ts learn in parts and at once",
  "src/checking/divergence.ts": "test/checking/check-module.test.ts keeps and breaks its laws",
  "src/checking/objective.ts": "test/checking/check-module.test.ts keeps and breaks its laws",
  "src/checking/baseline.ts": "test/checking/check-module.test.ts keeps and breaks its laws",
  "src/checking/measure.ts": "test/checking/check-module.test.ts keeps and breaks its laws",
  "src/checking/reward-examples.ts": "test/checking/reward.test.ts tries rewards on them, and on what is none",
  "src/checking/task.ts": "test/checking/check-module.test.ts keeps and breaks its laws",
  "src/checking/policy.ts": "test/checking/check-module.test.ts keeps and breaks its laws",
  "src/evaluation/measures/measure.ts": "test/plugins/examples.test.ts defines one of each kind",
  "src/objectives/baselines/baseline.ts": "test/plugins/examples.test.ts defines one of each kind",
  "src/objectives/divergences/divergence.ts": "test/plugins/examples.test.ts defines one of each kind",
  "src/objectives/objective.ts": "test/plugins/examples.test.ts defines one of each kind",
  "src/policies/policy.ts": "test/plugins/examples.test.ts defines one of each kind",
  "src/tasks/task.ts": "test/plugins/examples.test.ts defines one of each kind",
  "src/plugins/plugin.ts": "test/plugins/examples.test.ts defines one of each kind",
  "src/plugins/module-contracts.ts": "test/plugins/module-keyword.test.ts makes a family that registers one",
  "src/plugins/modules-in.ts": "test/plugins/module-keyword.test.ts finds modules in values, and takes their hashes away",
  "src/policies/families/config/module-config.ts": "test/plugins/examples.test.ts reads the student of a policy from a module again",
  "src/experiments/schema/origin-schema.ts": "test/experiments/schema/experiment-schema.test.ts has stages and checkpoints in files",
  "src/experiments/planning/deciding-files.ts": "test/experiments/running/changed-code.test.ts reads what it finds",
  "src/runs/folder/changed-files.ts": "test/experiments/running/changed-code.test.ts changes code and data of runs",
  "src/runs/folder/code-copy.ts": "test/experiments/running/changed-code.test.ts reads the copies",
  "src/cli/display/claim-text.ts": "test/cli/commands/claims.test.ts reads what it says",
  "src/cli/commands/reproduce/run-figure.ts": "test/cli/commands/reproduce/reproduce.test.ts and until-decided.test.ts run figures with it",
  "src/cli/commands/report/report-kinds.ts": "test/cli/commands/report/report.test.ts asks for each kind",
  "src/cli/options/required-claims.ts": "test/cli/commands/claims.test.ts gives it a file without claims",
  "src/cli/sweep-progress/driving.ts": "test/cli/commands/sweep/sweep.test.ts drives sweeps with it",
  "src/tasks/translation/translation-sentences.ts": "test/tasks/translation/translation.test.ts says sentences in both languages by hand",
  "src/tasks/translation/translation-words.ts":
    "test/tasks/translation/translation.test.ts holds every form of a sentence against one written by hand",
  "src/reports/pages/axis-means-table.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/pages/claims-table.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/pages/completion-section.ts": "test/reports/pages/run-page.test.ts reads what it makes of a run",
  "src/reports/pages/ends-table.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/pages/page-title.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/pages/shown-trials.ts": "test/reports/pages/completions-markdown.test.ts shows its trials",
  "src/reports/pages/figure-plots.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/pages/figure-section.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/means/paper-means.ts": "test/reports/pages/paper-text.test.ts reads the paper's numbers of real settings",
  "src/reports/pages/figures-markdown.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/plots/gantt-plot.ts": "test/reports/pages/run-page.test.ts reads what it makes of a run",
  "src/reports/plots/learning-curves.ts": "test/reports/pages/run-page.test.ts reads what it makes of a run",
  "src/reports/pages/means-table.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/pages/figures-page.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/plots/plot-drawing.ts": "the tests of plots and trade-offs draw with it",
  "src/reports/plots/plot-figure.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/pages/run-warnings.ts": "test/reports/pages/run-page.test.ts reads what it makes of a run",
  "src/reports/html/page-shell.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/html/style.ts": "test/cli/commands/report/report.test.ts reads what it writes",
  "src/reports/plots/sweep-curves.ts": "test/reports/pages/sweep-page.test.ts reads and draws them",
  "src/reports/pages/sweep-report.ts": "test/reports/pages/sweep-page.test.ts reads what it makes of a sweep",
  "src/reports/plots/trade-off-plot.ts": "test/reports/means/trade-off.test.ts draws with it",
  "src/engine/held-buffers.ts": "test/laws/engine.laws.ts holds it for both compiled engines",
  "src/engine/loop.ts": "test/laws/loop.laws.ts holds it for every engine",
  "src/engine/map-slices.ts": "test/laws/loop.laws.ts holds it for every engine",
  "src/engine/write-slot.ts": "test/laws/loop.laws.ts holds it for every engine",
  "src/engine/eager/backends.ts":
    "test/laws/engine.laws.ts opens every backend that is there, test/engine/choose.test.ts those that are not",
  "src/cli/commands/engines/engines-check.ts": "test/cli/commands/engines/engines.test.ts calls it",
  "src/cli/commands/engines/engines-install.ts": "test/cli/commands/engines/engines.test.ts calls it",
  "src/cli/commands/engines/engines-remove.ts": "test/cli/commands/engines/engines.test.ts calls it",
  "src/cli/commands/engines/library-argument.ts": "test/cli/commands/engines/engines.test.ts gives right and wrong ones",
  "src/engine/tensorflow/install/pinned.ts": "an installation compares what it fetches with it",
  "src/engine/eager/tensorflow.ts": "test/laws/engine.laws.ts gathers along every axis, from the end too, where the library is installed",
  "src/engine/tensorflow/function-builder.ts": "test/engine/tensorflow/engine.test.ts runs what it builds",
  "src/engine/tensorflow/graph-def.ts": "test/engine/tensorflow/engine.test.ts loads every file that it writes into TensorFlow",
  "src/engine/tensorflow/translate.ts": "test/engine/tensorflow/engine.test.ts runs every operation and loop of the laws",
  "src/engine/tensorflow/operators/operator.ts": "test/engine/tensorflow/engine.test.ts runs every operation of the laws",
  "src/engine/tensorflow/operators/elementwise.ts": "test/engine/tensorflow/engine.test.ts runs every operation of the laws",
  "src/engine/tensorflow/operators/indexing.ts": "test/engine/tensorflow/engine.test.ts runs every operation of the laws",
  "src/engine/tensorflow/operators/matrix.ts": "test/engine/tensorflow/engine.test.ts runs every operation of the laws",
  "src/engine/tensorflow/operators/reduction.ts": "test/engine/tensorflow/engine.test.ts runs every operation of the laws",
  "src/engine/tensorflow/operators/shape.ts": "test/engine/tensorflow/engine.test.ts runs every operation of the laws",
  "src/engine/recording/record.ts": "test/engine/onnx/engine.test.ts records every operation of the laws, and what is refused",
  "src/engine/recording/recorder.ts": "test/engine/onnx/engine.test.ts records every operation of the laws, and what is refused",
  "src/engine/recording/tensor-recorder.ts": "test/engine/onnx/engine.test.ts records every operation of the laws, and what is refused",
  "src/engine/recording/kernels/elementwise.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/engine/recording/kernels/indexing.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/engine/recording/kernels/matrix.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/engine/recording/kernels/reduction.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/engine/recording/kernels/shape.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/engine/recording/kernels/kernel.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/evaluation/claims/difference.ts": "test/evaluation/claims/order.test.ts compares it with its parts, worked out there",
  "src/evaluation/claims/selection.ts": "the tests of order, trend, ratio and spread choose, pair and leave out with it",
  "src/evaluation/claims/trial.ts": "the tests of order choose by axes, seeds, and values with keys in another order",
  "src/evaluation/claims/verdict.ts": "the tests of each claim reach every outcome",
  "src/evaluation/measures/corpus.ts": "the tests of bleu and chrf compare what they make of it",
  "src/evaluation/statistics/interval.ts": "the tests of bootstrap and pooled-mean ask for levels that there are not",
  "src/evaluation/statistics/strata.ts": "the tests of each statistic compare its means, and are refused what it refuses",
  "src/experiments/planning/sound-file.ts": "test/experiments/planning/run-plan.test.ts has every mistake at its place",
  "src/experiments/planning/training-id.ts": "test/experiments/planning/run-plan.test.ts changes each value, and what must not count",
  "src/runs/folder/manifest.ts": "test/runs/folder/run-folder.test.ts reads manifests, and what is none",
  "src/experiments/running/student-files.ts":
    "test/experiments/running/execute.test.ts reads what it writes, adapters and padding included",
  "src/experiments/running/train-to-end.ts": "test/experiments/running/execute.test.ts interrupts, pauses and resumes it",
  "src/sweeps/driving/run-sweep.ts": "test/library/package.test.ts runs the example that sweeps with it",
  "src/serving/open-policy.ts": "test/cli/commands/serve-policy.test.ts serves with it",
  "src/tasks/reports/report-events.ts": "test/tasks/reports/reports.test.ts draws, says and checks them",
  "src/tasks/reports/report-sentences.ts": "test/tasks/reports/reports.test.ts reads every shape of sentence, and what is none",
  "src/training/recipe/evaluation-settings.ts":
    "test/training/recipe/training-settings.test.ts asks for its defaults and for what it refuses",
  "src/training/recipe/shaping-settings.ts": "test/training/recipe/training-settings.test.ts finds it in rollouts and evaluation",
  "src/training/step/take-step.ts": "test/training/train.test.ts and those beside it take steps of every kind",
  "src/training/step/evaluate-student.ts": "test/training/train-sequences.test.ts and train-pairs.test.ts evaluate in every way",
  "src/training/threads/scorers.ts":
    "test/training/threads/threads.test.ts opens each of them, test/training/step/signals.test.ts looks at what they say",
  "src/rewards/sandbox/python-interpreter.mjs":
    "test/rewards/sandbox/python.test.ts runs it in the process that it is made for, with flags that a test's own process does not have",
  "src/rewards/sandbox/python-judge.mjs": "test/rewards/sandbox/programs.test.ts runs tests in it, of programs right and wrong",
  "src/rewards/sandbox/python-plain.mjs": "test/rewards/sandbox/programs.test.ts sends values of every kind through it",
  "src/rewards/sandbox/python-program.mjs": "test/rewards/sandbox/programs.test.ts asks programs right and wrong by it",
  "src/rewards/sandbox/python-realms.mjs": "test/rewards/sandbox/python.test.ts runs it as it does python-interpreter.mjs",
  "src/rewards/sandbox/javascript-judge.ts": "test/rewards/sandbox/programs.test.ts runs tests in it, of programs right and wrong",
  "src/rewards/sandbox/javascript-plain.ts": "test/rewards/sandbox/programs.test.ts sends values of every kind through it",
  "src/rewards/sandbox/javascript-program.ts": "test/rewards/sandbox/programs.test.ts asks programs right and wrong by it",
  "src/rewards/sandbox/javascript-trial.ts": "test/rewards/sandbox/quickjs.test.ts runs trials of every outcome",
  "src/reports/pages/run-facts.ts": "test/reports/pages/run-page.test.ts reads what it makes of a run",
  "src/ui/answering/experiment-file.ts": "test/ui/answering/run-command.test.ts finds files with it, and none",
  "src/ui/answering/rollout-lines.ts": "test/ui/answering/rollouts.test.ts reads lines of every kind",
  "src/ui/answering/run-details.ts": "test/ui/server/ui-server.test.ts asks for runs, whole and damaged",
  "src/ui/answering/running-process.ts": "test/ui/server/control.test.ts stops what it finds, alone and of a sweep",
  "src/ui/answering/step-lines.ts": "test/ui/answering/rollouts.test.ts and step-details.test.ts read steps with it",
  "src/ui/answering/sweep-claims.ts": "test/ui/answering/sweep-details.test.ts judges claims of files, right and damaged",
  "src/ui/server/answer-routes.ts": "test/ui/server/ui-server.test.ts asks for each",
  "src/ui/server/control-routes.ts": "test/ui/server/control.test.ts asks for each action, and wrongly",
  "src/ui/server/event-routes.ts": "test/ui/server/ui-server.test.ts reads what it tells",
  "src/ui/server/guard.ts": "test/ui/server/ui-server.test.ts asks as strangers do",
  "src/ui/server/page-files.ts": "test/ui/server/ui-server.test.ts gets the page",
  "src/ui/server/queries.ts": "test/ui/server/ui-server.test.ts asks wrongly",
  "src/cli/options/ui-option.ts": "test/cli/commands/ui.test.ts runs and sweeps with it",
  "src/plugins/definition.ts": "`define` returns its argument; what it is for is checked by the compiler",
};

const sources = readSources("src");
const everything = readSources("src", "test", "bench", "examples");

const testOf = (path: string): string => path.replace(/^src\//, "test/").replace(/\.ts$/, ".test.ts");

const isFunction = (node: ts.Node): boolean =>
  ts.isFunctionLike(node) && (ts.isArrowFunction(node) || ("body" in node && node.body !== undefined));

/** A family's index lists its plug-ins and holds no code of its own. */
const isList = (file: SourceFile): boolean => {
  if (!file.path.endsWith("/index.ts")) return false;
  let code = false;
  visit(file.tree, (node) => {
    code ||= isFunction(node);
  });
  return !code;
};

/** What users import holds no code: test/library/package.test.ts imports all of it. */
const isEntryPoint = ({ path }: SourceFile): boolean => path.startsWith("src/library/");

/** The page runs in a browser: test/ui/page.test.ts looks at all of it in one. */
const isPage = ({ path }: SourceFile): boolean => path.startsWith("src/ui/page/");

const needsTest = (file: SourceFile): boolean =>
  !isEntryPoint(file) && !isPage(file) && exportsOf(file).some(({ value }) => value) && !isList(file);

describe("files", () => {
  test(`none is longer than ${longest} lines`, () => {
    const violations = everything.flatMap(({ path, text }) => {
      const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
      return lines > longest ? [`${path}: expected at most ${longest} lines, got ${lines}; split it by concept`] : [];
    });
    expect(violations).toEqual([]);
  });

  test(`half of src has at most ${longestMedian} lines`, () => {
    const lengths = sources.map(({ text }) => text.split("\n").length - 1).toSorted((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(longestMedian);
  });

  test(`no folder of src has more than ${mostFiles} files of its own`, () => {
    const counts = new Map<string, number>();
    for (const { path } of sources) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    const violations = [...counts]
      // A list of plug-ins: the listing is the list of features.
      .filter(([folder, count]) => count > mostFiles && folder !== "src/objectives")
      .map(
        ([folder, count]) => `${folder}: expected at most ${mostFiles} files, got ${count}; give it rooms, and list them in rooms.test.ts`,
      );
    expect(violations).toEqual([]);
  });

  test("names say what is inside", () => {
    const violations = everything.flatMap(({ path }) => {
      const word = path.split(/[/.-]/).find((part) => vague.has(part.toLowerCase()));
      return word === undefined ? [] : [`${path}: expected the name of a concept, got "${word}"; name the file after what it holds`];
    });
    expect(violations).toEqual([]);
  });

  test("names are kebab-case", () => {
    const violations = everything
      .filter(({ path }) => !path.split("/").every((part) => /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(part)))
      .map(({ path }) => `${path}: expected small letters and hyphens; rename it`);
    expect(violations).toEqual([]);
  });

  test("each file with behaviour has a test at the same place", () => {
    const violations = sources
      .filter((file) => needsTest(file) && !existsSync(join(root, testOf(file.path))) && !(file.path in untested))
      .map(({ path }) => `${path}: expected ${testOf(path)}; write it, or list the file in \`untested\` of this test with the reason`);
    expect(violations).toEqual([]);
  });

  test("no exemption from that is stale", () => {
    const byPath = new Map(sources.map((file) => [file.path, file]));
    const violations = Object.keys(untested).flatMap((path) => {
      const file = byPath.get(path);
      if (file === undefined) return [`${path}: expected a file of src in \`untested\`, got none; remove the entry`];
      if (!needsTest(file)) return [`${path}: expected behaviour in an entry of \`untested\`, got types or a list only; remove the entry`];
      return existsSync(join(root, testOf(path)))
        ? [`${path}: expected no test, got ${testOf(path)}; remove the entry of \`untested\``]
        : [];
    });
    expect(violations).toEqual([]);
  });
});
