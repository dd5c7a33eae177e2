/** `manifest.json` of a run's folder: what it says, the states of a run, and how it is read as plain values. */
import { join } from "node:path";
import type { EngineLibrary } from "../../engine/tensorflow/library/build.ts";
import type { Json, JsonObject } from "../../files/json.ts";
import { readObject } from "../../files/object-file.ts";
import type { ServerFacts } from "../../teachers/remote/probe.ts";
import type { Provenance } from "./provenance.ts";

/** The states of a run. */
export const runStatuses = ["running", "paused", "interrupted", "failed", "done"] as const;

/** One of the states of a run. */
export type RunStatus = (typeof runStatuses)[number];

/** What a folder records of a run: what was asked, and what decides the result. */
export interface RunFacts {
  readonly name: string;
  /** What tables call it. */
  readonly label: string;
  /** sha256 of everything that decides the result. */
  readonly id: string;
  /** sha256 of what the id is made of but seeds. */
  readonly setting: string;
  /** The experiment file, as it was given. */
  readonly path: string;
  readonly question: string;
  readonly paper: string | undefined;
  /** All values of the experiment, defaults included. */
  readonly values: object;
  /** What a trial of a sweep sets, by pointer; absent for a run of the file itself. */
  readonly axes?: Readonly<Record<string, Json>>;
  /** The stages that it starts from. */
  readonly stages: readonly {
    readonly name: string;
    readonly id: string;
    readonly setting: string;
    readonly values?: object;
  }[];
  /** Where the checkpoints are that it names, and the sha256 of their contents, by name. */
  readonly checkpoints: Readonly<Record<string, { readonly path: string; readonly hash: string }>>;
  /** sha256 of each file of the user's that decides the result, by its path from the experiment file. */
  readonly files: Readonly<Record<string, string>>;
}

/** What ran the programs, and why that. */
export interface EngineChoice {
  readonly name: string;
  readonly reason: string;
  /** The native library that it runs on, where that is not a package of npm. */
  readonly library?: EngineLibrary;
}

/** `manifest.json`: everything that is needed to know what a result is, and to have it again. */
export interface Manifest extends Provenance {
  readonly name: string;
  readonly label: string;
  readonly id: string;
  /** sha256 of what the id is made of but seeds: runs of one setting are its repeats. */
  readonly setting: string;
  readonly file: string;
  readonly question: string;
  readonly paper: string | undefined;
  readonly values: RunFacts["values"];
  /** What a trial of a sweep set, by pointer. */
  readonly axes: RunFacts["axes"];
  /** Ids of the stages that it started from. */
  readonly stages: Readonly<Record<string, string>>;
  /** The settings of these stages: sha256 of what their ids are made of but seeds. */
  readonly stageSettings: Readonly<Record<string, string>>;
  /** Where the checkpoints were that it named, and the sha256 of their contents. */
  readonly checkpoints: RunFacts["checkpoints"];
  /** sha256 of each file of the user's that decided the result; copies of its code are in `code/`. */
  readonly files: RunFacts["files"];
  readonly engine: EngineChoice;
  /** What each server of the teacher said before the run, and how much of the probability it names. */
  readonly teacher: readonly ServerFacts[];
  readonly status: RunStatus;
  /** How many times a process has begun or resumed it. */
  readonly attempt: number;
  /** When it began first, ISO 8601, UTC. */
  readonly started: string;
  readonly finished: string | undefined;
  /** Why it failed. */
  readonly error: string | undefined;
}

/** A folder's manifest, or its summary, as plain values; nothing when there is none that can be read. */
export const manifestIn = (
  folder: string,
  name: "manifest.json" | "summary.json" = "manifest.json",
): JsonObject | undefined => readObject(join(folder, name));
