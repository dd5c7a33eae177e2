/** The runs below a folder, kept up to date: which there are, their states, and which have changed. */
import { statSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { stampOf } from "../../files/regular-file.ts";
import { withAbandoned } from "../../runs/reading/abandoned-runs.ts";
import { damageOf, readRuns, recordIn, type DamagedRun, type FoundRun } from "../../runs/reading/read-runs.ts";
import { findRuns } from "../../runs/reading/run-folders.ts";
import type { RunRecord } from "../../runs/reading/run-record.ts";
import type { Changed } from "../answers.ts";

/** Files that grow while a run is at work. */
const growing = ["metrics.jsonl", "timings.jsonl", "rollouts.jsonl", "log.jsonl"] as const;

/** A run, and what tells that it has changed. */
export interface WatchedRun extends FoundRun {
  readonly key: string;
  /** The folder of its experiment file's runs, from the root. */
  readonly file: string;
  /** As its manifest says it; `record` knows whether a process works on it. */
  readonly written: RunRecord;
  /** Of its manifest. */
  readonly stamp: string;
  /** Of the files that grow; "" for a run that is done. */
  readonly sizes: string;
}

const stampIn = (folder: string, name: string): string => {
  const facts = statSync(join(folder, name), { throwIfNoEntry: false });
  return facts === undefined ? "" : stampOf(facts);
};

const sizesIn = (folder: string): string => growing.map((name) => stampIn(folder, name)).join(" ");

const same = (a: WatchedRun, b: WatchedRun): boolean =>
  a.stamp === b.stamp && a.sizes === b.sizes && a.record.status === b.record.status;

/** Milliseconds for which what was read is taken for what is. */
const freshFor = 500;

/** All runs below a root. */
export class WatchedRuns {
  readonly root: string;
  #runs: ReadonlyMap<string, WatchedRun> = new Map();
  #damaged: readonly DamagedRun[] = [];
  /** Changes with the list of runs, or the state of one. */
  #version = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Changed> | undefined;
  readonly #listeners = new Set<(changed: Changed) => void>();

  /** `RangeError` when the root is no folder. */
  constructor(root: string) {
    this.root = resolve(root);
    const { runs, damaged } = readRuns(this.root);
    // The first reading goes by the index, which is fast where there are thousands.
    this.#runs = new Map(runs.map((run) => this.#watched(run)).map((run) => [run.key, run]));
    this.#damaged = damaged;
  }

  /** Told of changes, until it is called off. */
  listen(listener: (changed: Changed) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A number that stays while the runs and their states do. */
  get version(): number {
    return this.#version;
  }

  /** As they were read last: by their keys. */
  get runs(): ReadonlyMap<string, WatchedRun> {
    return this.#runs;
  }

  /** Folders that could not be read, from the root. */
  get damaged(): readonly DamagedRun[] {
    return this.#damaged.map(({ folder, reason }) => ({ folder: relative(this.root, folder), reason }));
  }

  /** Reads what has changed, unless that was done just now, and tells who listens. */
  async refresh(): Promise<Changed> {
    if (this.#reading !== undefined) return this.#reading;
    if (performance.now() - this.#readAt < freshFor) return { runs: [], list: false, everything: false };
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined;
      this.#readAt = performance.now();
    });
    return this.#reading;
  }

  async #read(): Promise<Changed> {
    const found = this.#find();
    const runs = new Map<string, WatchedRun>();
    for (const run of await this.#withStates(found.runs)) runs.set(run.key, run);
    const before = this.#runs;
    const changed = [...runs.values()].filter(({ key }) => {
      const known = before.get(key);
      return known === undefined || !same(known, runs.get(key)!);
    });
    const gone = [...before.keys()].filter((key) => !runs.has(key));
    const list =
      gone.length > 0 ||
      found.damaged.length !== this.#damaged.length ||
      changed.some(({ key, record }) => before.get(key)?.record.status !== record.status);
    [this.#runs, this.#damaged] = [runs, found.damaged];
    if (list) this.#version += 1;
    const message = { runs: [...changed.map(({ key }) => key), ...gone], list, everything: false };
    if (message.runs.length > 0 || list) for (const listener of this.#listeners) listener(message);
    return message;
  }

  /** Runs as their folders are now; the record of one whose manifest is the same is kept. */
  #find(): { readonly runs: readonly WatchedRun[]; readonly damaged: readonly DamagedRun[] } {
    const [runs, damaged]: [WatchedRun[], DamagedRun[]] = [[], []];
    for (const { parent, names } of findRuns(this.root)) {
      for (const name of names) {
        const folder = join(parent, name);
        const known = this.#runs.get(this.#keyOf(folder));
        try {
          const stamp = stampIn(folder, "manifest.json");
          const record = known?.stamp === stamp && stamp !== "" ? known.written : recordIn(folder);
          runs.push(this.#watched({ folder, parent, record }, stamp));
        } catch (error) {
          damaged.push({ folder, reason: damageOf(error, folder) });
        }
      }
    }
    return { runs, damaged };
  }

  /** A run whose process is gone says that it is at work, and is interrupted. */
  async #withStates(runs: readonly WatchedRun[]): Promise<WatchedRun[]> {
    const states = await withAbandoned(runs);
    return runs.map((run, i) => ({ ...run, record: states[i]!.record }));
  }

  #watched(run: FoundRun, stamp = stampIn(run.folder, "manifest.json")): WatchedRun {
    const key = this.#keyOf(run.folder);
    const path = relative(this.root, run.parent).split(sep).join("/");
    // The root may be the folder of one file's runs, or one run.
    const file = path === "" || path.startsWith("..") ? basename(run.parent) : path;
    return {
      ...run,
      written: run.record,
      key,
      file,
      stamp,
      sizes: run.record.status === "done" ? "" : sizesIn(run.folder),
    };
  }

  /** With slashes on every system; the root itself may be a run. */
  #keyOf(folder: string): string {
    return relative(this.root, folder).split(sep).join("/") || basename(folder);
  }
}
