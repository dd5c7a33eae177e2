/** From an experiment file to planned runs: checked, with defaults, each with the stages that it starts from and the hashes that name results. */
import { dirname } from "node:path";
import { withModels } from "../rewards/model/reference.ts";
import type { TaskValues } from "../tasks/index.ts";
import type { Task } from "../tasks/task.ts";
import type { TeacherServerValues } from "../teachers/remote/settings.ts";
import { decisive } from "../training/settings.ts";
import { contentHash } from "./canonical-json.ts";
import { checker, type Mistake } from "./check.ts";
import { expand, type Draft } from "./drafts.ts";
import { fileMistakes } from "./file-check.ts";
import { readExperiment } from "./extended-source.ts";
import { isObject, parentPointer, type Json, type JsonObject } from "./json.ts";
import { parseOverrides, type Override } from "./overrides.ts";
import { packageVersion } from "./package-version.ts";
import { ExperimentError, type Problem } from "./problem.ts";
import { experimentSchema, type ExperimentValues } from "./schema.ts";
import { noInputs, type Inputs } from "./inputs.ts";
import { semanticMistakes } from "./semantics.ts";
import { Shelf } from "./shelf.ts";
import type { Source } from "./source.ts";
import type { TeacherValues } from "./teacher-schema.ts";
import { buildOrder, checkpointsOf, inputNames, runValues, stageValues, type TrainingValues } from "./stages.ts";
import { contextLength, maxNewTokens } from "./lengths.ts";

/** One training of a plan: a stage, or the run itself. */
export interface PlannedTraining {
  /** The stage's name, or the run's. */
  readonly name: string;
  /**
   * sha256 of everything that decides the result: all values but the checks and how scorers are asked, the ids of the stages and the contents of the checkpoints and files that it starts from, and
   * this package's version.
   */
  readonly id: string;
  readonly values: TrainingValues;
  /** The task's values with its data as files of this machine. */
  readonly task: TaskValues;
  /** Ids of the stages that student and teacher come from, by stage name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Where the checkpoints are that it names, and the sha256 of their contents, by the names that the file has for them. */
  readonly checkpoints: Readonly<Record<string, { readonly path: string; readonly hash: string }>>;
  /** Most tokens of prompt and completion together that the student can read. */
  readonly contextLength: number;
  /** Tokens after which a completion is cut. */
  readonly maxNewTokens: number;
}

/** One run of a file. */
export interface PlannedRun extends PlannedTraining {
  /** What tables call it. */
  readonly label: string;
  readonly question: string;
  readonly paper: string | undefined;
  /** The file, as it was given. */
  readonly path: string;
  /** What a trial of a sweep sets, by pointer; absent for a run of the file itself. */
  readonly axes?: Readonly<Record<string, Json>>;
  /** What must be there first, in the order in which to make it. */
  readonly stages: readonly PlannedTraining[];
}

const serverIdentity = ({ url, model }: TeacherServerValues): object => ({ url, model });

/** A stage by its id, a checkpoint by its content, a server by its address and the model there, a new policy by itself. */
const identified = <T extends object>(origin: T, { inputs, checkpoints }: Pick<PlannedTraining, "inputs" | "checkpoints">): object => ({
  ...origin,
  ...("stage" in origin ? { stage: inputs[String(origin.stage)] } : {}),
  ...("checkpoint" in origin ? { checkpoint: checkpoints[String(origin.checkpoint)]?.hash } : {}),
  // How a server is asked, and where scores are kept, decides nothing.
  ...("server" in origin ? { server: serverIdentity(origin.server as TeacherServerValues) } : {}),
  ...("scores" in origin ? { scores: undefined } : {}),
});

/** A teacher by whom it is made of. */
const identifiedTeacher = (teacher: TeacherValues, from: Pick<PlannedTraining, "inputs" | "checkpoints">): object => {
  if ("routes" in teacher) {
    const routes = Object.entries(teacher.routes).map(([name, route]) => [name, identifiedTeacher(route, from)]);
    return { ...teacher, routes: Object.fromEntries(routes) as object };
  }
  if (!("mixture" in teacher)) return identified(teacher, from);
  return { mixture: teacher.mixture.map((member) => ({ ...member, teacher: identified(member.teacher, from) })) };
};

const trainingId = (values: TrainingValues, from: Pick<PlannedTraining, "inputs" | "checkpoints">, task: Task): string => {
  const { student, teacher, training, tokenizer, rewards, scoring: _scoring, ...others } = values;
  return contentHash({
    version: packageVersion(),
    values: {
      ...others,
      rewards: rewards.map((reward) => withModels(reward, (reference) => identified(reference, from))),
      training: decisive(training),
      student: identified(student, from),
      ...(teacher === undefined ? {} : { teacher: identifiedTeacher(teacher, from) }),
    },
    tokenizer: tokenizer === undefined ? undefined : from.checkpoints[tokenizer]?.hash,
    content: task.content,
  });
};

/** The plan of one run. The file is without mistakes. */
export const planDraft = (draft: Draft, file: ExperimentValues, path: string, shelf: Shelf): PlannedRun => {
  const ids: Record<string, string> = {};
  const training = (name: string, values: TrainingValues): PlannedTraining => {
    const inputs = Object.fromEntries(inputNames(values).map((input) => [input, ids[input]!]));
    const named = [...checkpointsOf(values).map((each) => each.name), ...(values.tokenizer === undefined ? [] : [values.tokenizer])];
    const checkpoints = Object.fromEntries(
      named.map((each) => {
        const { path: place, hash } = shelf.checkpoint(each);
        return [each, { path: place, hash }];
      }),
    );
    const task = shelf.task(values);
    return {
      name,
      id: trainingId(values, { inputs, checkpoints }, task),
      values,
      task: shelf.located(values.task),
      inputs,
      checkpoints,
      contextLength: contextLength(file, values, shelf),
      maxNewTokens: maxNewTokens(values, task),
    };
  };
  const stages = buildOrder(file).map((name) => {
    const stage = training(name, stageValues(file, name));
    ids[name] = stage.id;
    return stage;
  });
  const { label, axes } = draft;
  const { question, paper } = file;
  return { ...training(draft.name, runValues(file)), label, question, paper, path, stages, ...(axes === undefined ? {} : { axes }) };
};

/** First the file from top to bottom, then what it extends, then overrides from left to right. */
export const byPlace =
  (path: string, overrides: readonly Override[]) =>
  (a: Problem, b: Problem): number => {
    const order = ({ place }: Problem): readonly [number, string, number] => {
      if ("override" in place) {
        return [2, "", overrides.findIndex(({ text, variable }) => text === place.override && variable === place.variable)];
      }
      return [place.file === path ? 0 : 1, place.file, "line" in place ? place.line * 1e7 + place.column : 0];
    };
    const [x, y] = [order(a), order(b)];
    return x[0] - y[0] || (x[1] < y[1] ? -1 : x[1] > y[1] ? 1 : x[2] - y[2]);
  };

/** What is wrong with one draft. */
export interface Found {
  readonly draft: Draft;
  readonly mistakes: readonly Mistake[];
}

const called = ({ axes, name, label }: Draft): string => (axes === undefined ? `variant "${name}"` : `trial ${label}`);

/** Places the mistakes of all runs, each once; what only some runs have is said with the first of them. */
export const placed = (found: readonly Found[], runs: number, order: (a: Problem, b: Problem) => number): Problem[] => {
  const problems = new Map<string, { problem: Problem; drafts: Draft[] }>();
  for (const { draft, mistakes } of found) {
    for (const { pointer, part, message } of mistakes) {
      const problem = { ...draft.locate(pointer, part), message };
      const key = JSON.stringify(problem);
      const entry = problems.get(key) ?? { problem, drafts: [] };
      entry.drafts.push(draft);
      problems.set(key, entry);
    }
  }
  return [...problems.values()]
    .map(({ problem, drafts }) => {
      const general = drafts.length === runs || /^\/(variants|sweep)(\/|$)/u.test(problem.pointer);
      return general ? problem : { ...problem, message: `${problem.message} (${called(drafts[0]!)})` };
    })
    .toSorted(order);
};

/** Checks the values of one run against the schema. */
export const checkValues = checker<ExperimentValues>(experimentSchema);
/** Checks `variants` of a file against the schema. */
export const checkVariants = checker<Json>((experimentSchema["properties"] as JsonObject)["variants"] as JsonObject);

/** A file whose schema is right. */
export interface SoundFile {
  readonly path: string;
  readonly overrides: readonly Override[];
  readonly drafts: readonly { readonly draft: Draft; readonly values: ExperimentValues }[];
}

/** What is wrong with the files by themselves though others make up for it: a value of the wrong kind that each variant replaces, a misspelt key that is taken away. */
const unsound = (source: Source): Problem[] => {
  const layers = source.layers ?? (isObject(source.value) && source.value["variants"] !== undefined ? [source] : []);
  return layers.flatMap((layer) =>
    fileMistakes(layer.value, layer.path !== source.path).map(({ pointer, message }) => {
      const place = [pointer, parentPointer(pointer), ""].map((one) => layer.find(one, "value")).find((found) => found !== undefined);
      return { place: place ?? { file: layer.path }, pointer, message };
    }),
  );
};

/** Checks a file that was read against the schema, with overrides of which later ones win. `ExperimentError` with every problem. */
export const checkSource = (source: Source, overrides: readonly Override[]): SoundFile => {
  const { file, drafts } = expand(source, overrides);
  const variants = file.variants === undefined ? { mistakes: [] } : checkVariants(file.variants);
  const inVariants = "mistakes" in variants ? variants.mistakes.map((one) => ({ ...one, pointer: `/variants${one.pointer}` })) : [];
  const checked = drafts.map((draft) => ({ draft, result: checkValues(draft.value) }));
  const schematic = checked.flatMap(({ draft, result }) => ("mistakes" in result ? [{ draft, mistakes: result.mistakes }] : []));
  const problems = placed([{ draft: file, mistakes: inVariants }, ...schematic], drafts.length, byPlace(source.path, overrides));
  const all = problems.length > 0 ? problems : unsound(source);
  if (all.length > 0) throw new ExperimentError(all);
  const sound = checked.flatMap(({ draft, result }) => ("values" in result ? [{ draft, values: result.values }] : []));
  return { path: source.path, overrides, drafts: sound };
};

/** The runs of a sound file, given what is known of the checkpoints and the data that it names. `ExperimentError` with every problem between its parts. */
export const planRuns = ({ path, overrides, drafts }: SoundFile, inputs: Inputs): readonly PlannedRun[] => {
  const shelf = new Shelf(dirname(path), inputs);
  const semantic = drafts.map(({ draft, values }) => ({ draft, mistakes: semanticMistakes(values, path, shelf) }));
  const contradictions = placed(semantic, drafts.length, byPlace(path, overrides));
  if (contradictions.length > 0) throw new ExperimentError(contradictions);
  return drafts.map(({ draft, values }) => planDraft(draft, values, path, shelf));
};

/** The runs of a file that was read and names no checkpoints. `ExperimentError` with every problem, in the order of the file. */
export const planSource = (source: Source, overrides: readonly string[]): readonly PlannedRun[] =>
  planRuns(checkSource(source, parseOverrides(overrides)), noInputs);

/** The runs of a file that names no checkpoints (else `prepareExperiment`), with overrides such as `/objective/alpha=0.5`. `ExperimentError` with every problem, in the order of the file. */
export const planExperiment = (path: string, overrides: readonly string[] = []): readonly PlannedRun[] =>
  planSource(readExperiment(path), overrides);
