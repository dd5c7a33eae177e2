/** Runs planned runs: makes the stages that are not there yet, trains, and writes every result where it belongs. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { concatMap, from, Observable, tap, type Subscriber } from "rxjs";
import { withAdapters } from "../policies/adapters/lora.ts";
import { saveAdapters } from "../policies/adapters/peft.ts";
import { isScoring } from "../policies/classification-head.ts";
import { studentPolicyOf } from "../policies/checkpoints/classifier.ts";
import { savePolicy } from "../policies/checkpoints/huggingface.ts";
import type { Weights } from "../policies/policy.ts";
import { recipeTask } from "../training/recipe-task.ts";
import type { Machine, Recipe } from "../training/recipe.ts";
import { probeTeacher } from "../training/teacher-probe.ts";
import type { StepReport } from "../training/report.ts";
import { train } from "../training/train.ts";
import { artifactsIn, type Artifacts } from "./artifacts.ts";
import { writeJson } from "./json-file.ts";
import type { PlannedRun, PlannedTraining } from "./plan.ts";
import { machineFor, recipeFor } from "./recipes.ts";
import type { RunEvent, TrainingName } from "./run-event.ts";
import { openRun, type RunStore } from "./store.ts";
import { surroundings } from "./surroundings.ts";
import { writeTokenizerFiles } from "./tokenizer-files.ts";

/** Where results go, and how to stop. */
export interface ExecutionOptions {
  /** Root of the runs' folders. */
  readonly out: string;
  /** Root of what stages leave and of unfinished work; `.retort` when left out. */
  readonly cache?: string;
  /** When it aborts, the last whole step is kept as a checkpoint, and the same command goes on from it. */
  readonly signal: AbortSignal;
}

interface Place {
  readonly artifacts: Artifacts;
  readonly cache: string;
  readonly out: string;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/** What a training leaves. */
interface Trained {
  readonly weights: Weights;
  /** What was trained beside the student, when it was that. */
  readonly adapters: Weights | undefined;
  readonly accuracy: number | undefined;
  readonly milliseconds: number;
}

/** Trains to the end. Unfinished work lives under the training's id until then, so whoever asks for the same training goes on with it. */
const trainToEnd = async (
  recipe: Recipe,
  training: PlannedTraining,
  name: TrainingName,
  place: Place,
  store?: RunStore,
): Promise<Trained> => {
  const started = performance.now();
  const folder = join(place.cache, "unfinished", training.id);
  let accuracy: number | undefined;
  let finished: Pick<Trained, "weights" | "adapters"> | undefined;
  const follow = (report: StepReport): void => {
    if (report.kind === "finished") finished = { weights: report.weights, adapters: report.adapters };
    else if (report.kind === "rollouts") store?.rollouts(report);
    else if (report.kind === "timeline") store?.timeline(report);
    else {
      if (report.kind === "evaluation") ({ accuracy } = report);
      store?.report(report);
      place.emit({ kind: "report", training: name, report });
    }
  };
  await new Promise<void>((resolve, reject) => {
    train(recipe, { folder, signal: place.signal }).pipe(tap(follow)).subscribe({ complete: resolve, error: reject });
  });
  if (finished === undefined) throw new Error("training: expected a last report with the weights, got none");
  return { ...finished, accuracy, milliseconds: performance.now() - started };
};

/** The student as a HuggingFace folder; adapters are merged into it, and also lie in `adapter/` as PEFT has them. */
const writeStudent = async (
  folder: string,
  recipe: Recipe,
  { weights, adapters }: Trained,
  baseName: string | undefined,
): Promise<void> => {
  const { student, training } = recipe;
  const { tokenizer } = recipeTask(recipe);
  const policy = studentPolicyOf(student.config);
  // Transformers looks for the last token of a sequence that it classifies by the id of padding, which an end-of-sequence of the same id would be taken for.
  const padId = isScoring(policy) && tokenizer.padId === tokenizer.endId ? null : tokenizer.padId;
  await savePolicy(folder, { policy, weights }, { endId: tokenizer.endId, padId });
  await writeTokenizerFiles(folder, tokenizer);
  if (adapters === undefined || training.adapters === undefined) return;
  await saveAdapters(join(folder, "adapter"), { policy: withAdapters(policy, training.adapters), weights: adapters }, baseName);
};

/** Where the student as it was before the training lies, if it lies anywhere. */
const baseFolder = ({ values: { student }, inputs }: PlannedTraining, { artifacts }: Place): string | undefined => {
  if ("type" in student || student.layers !== undefined) return undefined;
  return "stage" in student ? artifacts.folder(inputs[student.stage]!) : student.checkpoint;
};

const forget = (place: Place, { id }: PlannedTraining): Promise<void> =>
  rm(join(place.cache, "unfinished", id), { recursive: true, force: true });

/** The accuracy in a stage's manifest. */
const accuracyOf = async (folder: string): Promise<number | undefined> => {
  const text = await readFile(join(folder, "manifest.json"), "utf8");
  let manifest: { readonly accuracy?: unknown };
  try {
    manifest = JSON.parse(text) as typeof manifest;
  } catch (cause) {
    throw new Error(`stage: its manifest.json cannot be read; remove ${folder}, and it is made again`, { cause });
  }
  return typeof manifest.accuracy === "number" ? manifest.accuracy : undefined;
};

const makeStage = async (run: PlannedRun, stage: PlannedTraining, machine: Machine, place: Place): Promise<void> => {
  const name = { run: run.name, stage: stage.name };
  if (place.artifacts.has(stage.id)) {
    const folder = place.artifacts.folder(stage.id);
    place.emit({ kind: "reuse", training: name, folder, accuracy: await accuracyOf(folder) });
    return;
  }
  place.emit({ kind: "begin", training: name, steps: stage.values.training.steps });
  const recipe = await recipeFor(stage, run.path, place.artifacts, machine);
  const teacher = await probeTeacher(recipe, place.signal);
  const trained = await trainToEnd(recipe, stage, name, place);
  const { accuracy, milliseconds } = trained;
  const folder = await place.artifacts.commit(stage.id, async (draft) => {
    await writeStudent(draft, recipe, trained, baseFolder(stage, place));
    const { values, inputs, checkpoints, id } = stage;
    await writeJson(join(draft, "manifest.json"), {
      name: stage.name,
      id,
      values,
      inputs,
      checkpoints,
      accuracy,
      milliseconds,
      used: machine,
      teacher,
      ...surroundings(),
    });
  });
  await forget(place, stage);
  place.emit({ kind: "end", training: name, folder, milliseconds, accuracy });
};

const perform = async (run: PlannedRun, place: Place): Promise<void> => {
  const machine = await machineFor(run.values.engine);
  for (const stage of run.stages) {
    place.signal.throwIfAborted();
    await makeStage(run, stage, machine, place);
  }
  place.signal.throwIfAborted();
  const name = { run: run.name, stage: undefined };
  place.emit({ kind: "begin", training: name, steps: run.values.training.steps });
  const recipe = await recipeFor(run, run.path, place.artifacts, machine);
  const teacher = await probeTeacher(recipe, place.signal);
  const reason = run.values.engine === "auto" ? "the best on this machine" : "asked for by the experiment";
  const store = await openRun(run, { name: machine.engine, reason }, place.out, teacher);
  try {
    const trained = await trainToEnd(recipe, run, name, place, store);
    const { accuracy, milliseconds } = trained;
    await writeStudent(join(store.folder, "student"), recipe, trained, baseFolder(run, place));
    await store.summarize({ accuracy, milliseconds });
    await store.finish("done");
    await forget(place, run);
    place.emit({ kind: "end", training: name, folder: store.folder, milliseconds, accuracy });
  } catch (error) {
    await store.finish(place.signal.aborted ? "interrupted" : "failed", error instanceof Error ? error.message : String(error));
    throw error;
  }
};

/**
 * Runs planned runs one after another, stages first; cold, so subscribing is running. A stage that is there already is used again; a training that was
 * interrupted goes on. Errors with what made a run fail.
 */
export const execute = (runs: readonly PlannedRun[], { out, cache = ".retort", signal }: ExecutionOptions): Observable<RunEvent> =>
  from(runs).pipe(
    concatMap(
      (run) =>
        new Observable((subscriber: Subscriber<RunEvent>) => {
          const unsubscribed = new AbortController();
          const stop = AbortSignal.any([signal, unsubscribed.signal]);
          const place = {
            artifacts: artifactsIn(join(cache, "stages")),
            cache,
            out,
            signal: stop,
            emit: (event: RunEvent) => subscriber.next(event),
          };
          perform(run, place).then(
            () => subscriber.complete(),
            (error: unknown) => subscriber.error(error),
          );
          return () => unsubscribed.abort(new Error("the run was unsubscribed"));
        }),
    ),
  );
