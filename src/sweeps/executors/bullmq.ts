/**
 * Trials as jobs of a queue in Redis, for workers on as many machines as see the sweep's folder at the same path. Redis
 * may lose everything: what is not there is asked for again, and what is done is known from the folders.
 */
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Queue } from "bullmq";
import type { FrozenTrial } from "../planning/frozen.ts";
import { progressIn, trialFolder } from "../planning/trial-progress.ts";
import type { Executor, Work } from "./executor.ts";
import { writeQueuedOptions } from "./queued-options.ts";
import type { RedisAddress } from "./redis-address.ts";
import { openRedis, type RedisLink } from "./redis-link.ts";
import { isReached } from "./supervise.ts";
import { jobName, queueName, withdrawn, type TrialJob } from "./trial-job.ts";
import { defined } from "../../optional/defined.ts";

/** Milliseconds between two checks of the trials that are not done. */
const checkEvery = 1000;

/** Checks without an active trial after which the user is told how to start a worker. */
const idleChecks = 5;

/** The jobs that are there, by their names. */
interface Jobs {
  readonly waiting: ReadonlySet<string>;
  readonly active: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
}

/** The queue of a sweep as this driver uses it. */
class Driver {
  readonly #queue: Queue;
  readonly #link: RedisLink;
  readonly #work: Work;
  /** Names of jobs by the ids of trials. */
  readonly #names: ReadonlyMap<string, string>;
  #left: readonly FrozenTrial[];
  #idle = 0;

  constructor(queue: Queue, link: RedisLink, work: Work) {
    this.#queue = queue;
    this.#link = link;
    this.#work = work;
    this.#names = new Map(work.trials.map((trial) => [trial.id, jobName(this.#job(trial))]));
    this.#left = work.trials;
  }

  get isDone(): boolean {
    return this.#left.length === 0;
  }

  #job({ id }: FrozenTrial): TrialJob {
    const { folder, pauseAt } = this.#work;
    return { folder, id, ...defined({ pauseAt }) };
  }

  #name({ id }: FrozenTrial): string {
    return this.#names.get(id)!;
  }

  /** Removes failed jobs of earlier drivers, which would prevent a retry. False when Redis did not answer. */
  async forgetFailures(): Promise<boolean> {
    const names = new Set(this.#names.values());
    const asked = await this.#link.ask(async () => {
      const failed = await this.#queue.getRanges(["failed"]);
      for (const name of failed.filter((each) => names.has(each))) await this.#queue.remove(name);
    });
    return asked !== undefined;
  }

  /** First the queue, then the folders: what ended in between has its result. Asks for what has no job. */
  async check(): Promise<void> {
    const jobs = (await this.#link.ask(() => this.#jobs()))?.answer;
    const left: FrozenTrial[] = [];
    const failed: FrozenTrial[] = [];
    for (const trial of this.#left) {
      // A worker will take it.
      if (jobs?.waiting.has(this.#name(trial)) === true) {
        left.push(trial);
        continue;
      }
      const progress = await progressIn(trialFolder(this.#work.folder, this.#work.sweep, trial), trial.steps);
      if (isReached(progress, this.#work.pauseAt)) continue;
      (jobs?.failed.has(this.#name(trial)) === true ? failed : left).push(trial);
    }
    this.#left = left;
    if (jobs === undefined) return;
    await this.#add(left.filter((trial) => ![jobs.waiting, jobs.active].some((names) => names.has(this.#name(trial)))));
    await this.#report(failed);
    this.#adviseWorkers(jobs);
  }

  async #jobs(): Promise<Jobs> {
    const of = async (...states: Parameters<Queue["getRanges"]>[0]) => new Set(await this.#queue.getRanges(states));
    // In the order in which a job goes through them, so that one that moves on is seen.
    const waiting = await of("wait", "delayed", "prioritized");
    const active = await of("active");
    return { waiting, active, failed: await of("failed") };
  }

  async #add(trials: readonly FrozenTrial[]): Promise<void> {
    if (trials.length === 0) return;
    await writeQueuedOptions(this.#work.folder, this.#work);
    const jobs = trials.map((trial) => ({
      name: "trial",
      data: this.#job(trial),
      opts: { jobId: this.#name(trial), removeOnComplete: true },
    }));
    await this.#link.ask(() => this.#queue.addBulk(jobs));
  }

  /** Says why workers gave up trials. */
  async #report(trials: readonly FrozenTrial[]): Promise<void> {
    for (const trial of trials) {
      const asked = await this.#link.ask(() => this.#queue.getJob(this.#name(trial)));
      this.#work.note(`${trial.label}: ${String(asked?.answer?.failedReason ?? "given up by a worker").slice(0, 500)}`);
    }
  }

  #adviseWorkers({ active }: Jobs): void {
    this.#idle = active.size > 0 || this.isDone ? 0 : this.#idle + 1;
    if (this.#idle === idleChecks) {
      this.#work.note(
        `no worker has taken a trial yet; start some: retort worker --redis URL --out ${dirname(this.#work.folder)}`,
      );
    }
  }

  /** Takes back what is not done; workers stop what they have begun. */
  async withdraw(): Promise<void> {
    const takeBack = async (trial: FrozenTrial): Promise<void> => {
      const job = await this.#queue.getJob(this.#name(trial));
      // The job that a worker has cannot be removed.
      await job?.remove().catch(() => job.updateProgress(withdrawn));
    };
    const asked = await this.#link.ask(() => Promise.all(this.#left.map(takeBack)));
    const known =
      asked === undefined
        ? "Redis cannot be asked: workers continue"
        : "workers keep their trials' last whole steps and stop";
    this.#work.note(`bullmq: ${known}`);
  }
}

/** The queue at the Redis of this address. */
export const bullmq = (address: RedisAddress): Executor => ({
  name: "bullmq",
  async run(work) {
    if (work.signal.aborted) return;
    const link = openRedis(address, work.note);
    const queue = new Queue(queueName(dirname(work.folder)), { connection: link.client });
    queue.on("error", (error) => link.failed(error));
    const driver = new Driver(queue, link, work);
    let forgotten = false;
    try {
      while (!driver.isDone && !work.signal.aborted) {
        forgotten ||= await driver.forgetFailures();
        if (forgotten) await driver.check();
        if (!driver.isDone) await pause(checkEvery, undefined, { signal: work.signal }).catch(() => undefined);
      }
      if (work.signal.aborted) await driver.withdraw();
    } finally {
      await queue.close().catch(() => undefined);
      link.close();
    }
  },
});
