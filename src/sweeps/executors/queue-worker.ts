/**
 * Takes trials from a queue in Redis, and runs each in another process, so that this one is always free to say that it
 * lives.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { Job, Worker } from "bullmq";
import { readQueuedOptions } from "./queued-options.ts";
import type { RedisAddress } from "./redis-address.ts";
import { openRedis, type RedisLink } from "./redis-link.ts";
import { supervise, type Outcome } from "./supervise.ts";
import { queueName, readTrialJob, withdrawn } from "./trial-job.ts";
import { TrialProcesses } from "./trial-processes.ts";

/** How a worker works. */
export interface WorkerOptions {
  /** The folder with the sweeps' folders, an absolute path; jobs of others are refused. */
  readonly out: string;
  /** Trials at once. */
  readonly jobs: number;
  /** What starts `retort`, before its arguments. */
  readonly command: readonly string[];
  /** When it aborts, trials keep their last whole step, and go back to the queue. */
  readonly signal: AbortSignal;
  /** Tells the person something. */
  readonly note: (text: string) => void;
  /**
   * Milliseconds after which a worker that says nothing is taken for dead, and its trials are given to others; 10
   * seconds when left out.
   */
  readonly lockDuration?: number;
}

/** Milliseconds after which a worker that says nothing is taken for dead. */
const usualLock = 10_000;

/** Milliseconds between two requests for a job. */
const requestEvery = 1000;

/** Milliseconds after which a trial is offered again that another process works on. */
const offerAgain = 5000;

/** Milliseconds in which a worker that stops gives its jobs back; what it could not give back is taken over later. */
const giveBackWithin = 3000;

/** Workers may die as often as they like: what a trial may not do is counted where its process is. */
const mostDeaths = 1_000_000;

/** A job that this worker has taken. */
interface Taken {
  readonly job: Job;
  /** What tells Redis that it is this worker's. */
  readonly token: string;
}

/** Says again and again that the job is being worked on; stops the work when its driver has taken it back. */
const holding = ({ job, token }: Taken, worker: Worker, link: RedisLink, stop: AbortController): NodeJS.Timeout => {
  const { lockDuration = usualLock } = worker.opts;
  return setInterval(() => {
    void link.ask(async () => {
      await job.extendLock(token, lockDuration);
      const now = await Job.fromId(worker, job.id!);
      if (now?.progress === withdrawn) stop.abort();
    });
  }, lockDuration / 3);
};

/**
 * Runs the trial of a job; says how that ended, or why it could not begin. `held` are the trials that other processes
 * worked on when they were offered last: they are not mentioned again.
 */
const perform = async (
  job: Job,
  { out, command, note }: WorkerOptions,
  signal: AbortSignal,
  { held, processes }: { readonly held: Set<string>; readonly processes: TrialProcesses },
): Promise<Outcome | Error> => {
  try {
    const { trial, ...sweepFolder } = readTrialJob(job.data, out);
    const options = readQueuedOptions(sweepFolder.folder);
    if (!held.has(trial.id)) note(`${trial.label}  taken`);
    const asked = { ...sweepFolder, ...options, trials: [trial], command, signal, note };
    const outcome = await supervise(trial, asked, processes);
    if (outcome !== "held" || !held.has(trial.id)) note(`${trial.label}  ${outcome}`);
    if (outcome === "held") held.add(trial.id);
    else held.delete(trial.id);
    return outcome;
  } catch (error) {
    const refused = error instanceof Error ? error : new Error(String(error));
    note(`a job is refused: ${refused.message}`);
    return refused;
  }
};

/**
 * Tells Redis how it ended. What Redis does not hear, or not believe because the job was given to others, is found in
 * the trial's folder by whoever takes it next.
 */
const tell = async ({ job, token }: Taken, outcome: Outcome | Error, isStopping: boolean): Promise<unknown> => {
  if (outcome instanceof Error) return job.moveToFailed(outcome, token);
  if (outcome === "failed") return job.moveToFailed(new Error("failed too often; its folder has the log"), token);
  if (outcome === "held") return job.moveToDelayed(Date.now() + offerAgain, token);
  // Stopped, and this worker does not stop: by its driver, who does not want it any more.
  return outcome === "stopped" && isStopping ? job.moveToWait(token) : job.moveToCompleted(outcome, token, false);
};

/** Takes jobs from a queue, one after another. */
class Lane {
  readonly #worker: Worker;
  readonly #link: RedisLink;
  readonly #options: WorkerOptions;
  readonly #known: { readonly held: Set<string>; readonly processes: TrialProcesses };

  constructor(worker: Worker, link: RedisLink, options: WorkerOptions, processes: TrialProcesses) {
    this.#worker = worker;
    this.#link = link;
    this.#options = options;
    this.#known = { held: new Set(), processes };
  }

  /** Until the signal; soon after it, jobs are given back. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    const leaving = once(signal, "abort").then(() => pause(giveBackWithin, undefined, { ref: false }));
    while (!signal.aborted) {
      const token = randomUUID();
      const next = async (): Promise<Job | undefined> => this.#worker.getNextJob(token, { block: false });
      const job = (await this.#link.ask(next))?.answer;
      if (job === undefined) await pause(requestEvery, undefined, { signal }).catch(() => undefined);
      else await this.#handle({ job, token }, leaving);
    }
  }

  /** Has a job done and tells Redis, which is waited for until `leaving`: without it there is nothing else to do. */
  async #handle(taken: Taken, leaving: Promise<unknown>): Promise<void> {
    const { signal } = this.#options;
    const stop = new AbortController();
    const timer = holding(taken, this.#worker, this.#link, stop);
    try {
      const outcome = await perform(taken.job, this.#options, AbortSignal.any([signal, stop.signal]), this.#known);
      const told = tell(taken, outcome, signal.aborted).catch(() => undefined);
      await Promise.race([told, leaving]);
    } finally {
      clearInterval(timer);
    }
  }
}

/** Works until the signal. Redis may go and come back. */
export const work = async (address: RedisAddress, options: WorkerOptions): Promise<void> => {
  if (options.signal.aborted) return;
  const link = openRedis(address, options.note);
  const { lockDuration = usualLock } = options;
  // Jobs are fetched one by one, and not by the worker's own loop: when Redis is gone, nothing happens but the
  // connection's tries.
  const worker = new Worker(queueName(options.out), null, {
    connection: link.client,
    autorun: false,
    lockDuration,
    stalledInterval: lockDuration / 2,
    maxStalledCount: mostDeaths,
  });
  worker.on("error", (error) => link.failed(error));
  const processes = new TrialProcesses();
  try {
    await worker.startStalledCheckTimer();
    await Promise.all(Array.from({ length: options.jobs }, () => new Lane(worker, link, options, processes).run()));
  } finally {
    await processes.close();
    await worker.close(true);
    link.close();
  }
};
