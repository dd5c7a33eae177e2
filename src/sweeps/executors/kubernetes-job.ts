/**
 * A sweep as an indexed Job of Kubernetes (batch/v1): a file for `kubectl apply`, whose pods each run one trial of the
 * plan on a shared volume.
 */
import { createHash } from "node:crypto";
import { isAbsolute, relative } from "node:path";
import { stringify } from "yaml";
import { quoted } from "./slurm-script.ts";
import { mostDeaths } from "./supervise.ts";

/** What the Job is made of. */
export interface KubernetesJob {
  /** The sweep's folder, with the plan. */
  readonly folder: string;
  /** The file with the trials' ids, one a line. */
  readonly list: string;
  readonly trials: number;
  /** Further paths that the trials read or write: the experiment's folder, the cache. */
  readonly paths: readonly string[];
  /** Pods at once. */
  readonly jobs: number;
  /** Threads of each part of a trial, and processors of its pod. */
  readonly threads: number;
  readonly retries: number;
  /** A container's image with `retort`, a shell and sed. */
  readonly image: string;
  /** The persistent volume claim with the folder. */
  readonly claim: string;
  /** Where it is mounted in the pods: what is below has the same paths here and there. */
  readonly mount: string;
  /** A quantity of Kubernetes, such as `4Gi`. */
  readonly memory: string;
}

/** Most pods of an indexed Job at once. */
const mostPods = 10_000;

/** Seconds that a pod has, when it is evicted, to keep its trial's last whole step. */
const graceSeconds = 120;

/** Exit codes of `retort trial`: stopped by SIGTERM, or its trial failed. */
const [stoppedCode, failedCodes] = [143, [1, 2]];

const isBelow = (path: string, folder: string): boolean => {
  const inside = relative(folder, path);
  return !inside.startsWith("..") && !isAbsolute(inside);
};

const matching = (what: string, text: string, pattern: RegExp, example: string): string => {
  if (!pattern.test(text))
    throw new RangeError(`kubernetes: expected ${what} such as ${example}, got ${JSON.stringify(text)}`);
  return text;
};

/** A name of at most 50 letters, digits and dashes: the pods' names add the index. */
const jobNameOf = ({ folder, list }: KubernetesJob): string => {
  const base = folder
    .slice(folder.lastIndexOf("/") + 1)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, "-")
    .replaceAll(/^-|-$/gu, "")
    .slice(0, 30);
  const hash = createHash("sha256").update(`${folder}\n${list}`).digest("hex").slice(0, 8);
  return ["retort", ...(base === "" ? [] : [base]), hash].join("-").replaceAll(/-+/gu, "-");
};

const check = (job: KubernetesJob): void => {
  matching("an image", job.image, /^[a-z0-9][\w.:/@-]{0,254}$/u, "registry.example.org/retort:1");
  matching("the name of a claim", job.claim, /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/u, "shared-runs");
  matching("memory", job.memory, /^[1-9]\d{0,8}(Mi|Gi|Ti)$/u, "4Gi");
  for (const path of [job.folder, job.list, ...job.paths]) {
    if (!isAbsolute(job.mount) || !isBelow(path, job.mount)) {
      throw new RangeError(
        `kubernetes: expected every path of the sweep below --mount ${job.mount}, as pods see no other, got ${path}`,
      );
    }
  }
};

/** A shell reads the trial's id; `exec` has the signals of Kubernetes arrive at the trial. */
const script = ({ folder, list, threads, retries }: KubernetesJob): string =>
  `exec retort trial --supervised --threads ${threads} --retries ${retries} ${quoted(folder)} ` +
  `"$(sed -n "$((JOB_COMPLETION_INDEX + 1))p" ${quoted(list)})"`;

const podOf = (job: KubernetesJob): object => {
  const resources = { cpu: String(job.threads), memory: job.memory };
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: graceSeconds,
    containers: [
      {
        name: "trial",
        image: job.image,
        command: ["sh", "-c", script(job)],
        resources: { requests: resources, limits: { memory: job.memory } },
        volumeMounts: [{ name: "shared", mountPath: job.mount }],
      },
    ],
    volumes: [{ name: "shared", persistentVolumeClaim: { claimName: job.claim } }],
  };
};

/**
 * The Job as YAML. A pod that is stopped or evicted is replaced, as often as it takes; one that dies, of its memory for
 * instance, a few times; a trial that fails is tried again in its pod. `RangeError` for an option that Kubernetes would
 * refuse, and for a path that pods would not see.
 */
export const kubernetesJob = (job: KubernetesJob): string => {
  check(job);
  return stringify({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: jobNameOf(job), labels: { "app.kubernetes.io/name": "retort" } },
    spec: {
      completionMode: "Indexed",
      completions: job.trials,
      parallelism: Math.min(job.jobs, job.trials, mostPods),
      backoffLimitPerIndex: mostDeaths,
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          { action: "Ignore", onExitCodes: { containerName: "trial", operator: "In", values: [stoppedCode] } },
          { action: "FailIndex", onExitCodes: { containerName: "trial", operator: "In", values: failedCodes } },
        ],
      },
      template: { metadata: { labels: { "app.kubernetes.io/name": "retort" } }, spec: podOf(job) },
    },
  });
};
