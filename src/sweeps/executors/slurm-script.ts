/** The batch script of a sweep's array on Slurm. */

/** What the script is made of. */
export interface ArrayScript {
  /** What queues call the job. */
  readonly name: string;
  /** The file with the trials' ids, one a line. */
  readonly list: string;
  readonly trials: number;
  /** Tasks of the array at once; as many as the cluster has room for when left out. */
  readonly jobs: number | undefined;
  /** Processors of each. */
  readonly processors: number;
  /** Where what the tasks say goes, with Slurm's `%A` and `%a`. */
  readonly log: string;
  /** The command line that runs the trial whose id follows. */
  readonly command: readonly string[];
  /** Further lines of options, such as `--partition=gpu`. */
  readonly options: readonly string[];
}

/** A word that a shell takes as it is. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** `RangeError` for an option that is more than one line. */
const optionLine = (option: string): string => {
  if (!/^--?[a-z][^\r\n]*$/iu.test(option))
    throw new RangeError(`slurm: expected an option such as --partition=gpu, got ${JSON.stringify(option)}`);
  return `#SBATCH ${option}`;
};

/**
 * A script in which Slurm's notice before the time limit (USR1), or a pre-emption (TERM), has the trial keep its last
 * whole step; after the notice the task is put back into the queue.
 */
export const arrayScript = ({
  name,
  list,
  trials,
  jobs,
  processors,
  log,
  command,
  options,
}: ArrayScript): string => `#!/bin/bash
#SBATCH --job-name=${name.replaceAll(/[^A-Za-z0-9._-]/gu, "-")}
#SBATCH --array=0-${trials - 1}${jobs === undefined ? "" : `%${jobs}`}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@60
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=${processors}
#SBATCH --output=${JSON.stringify(log)}
${options.map((option) => `${optionLine(option)}\n`).join("")}
trial=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${quoted(list)})
noticed=
trap 'noticed=1; kill -TERM "$process"' USR1
trap 'kill -TERM "$process"' TERM
${command.map(quoted).join(" ")} "$trial" &
process=$!
wait "$process"
code=$?
# A signal ends the waiting, not the process.
while kill -0 "$process" 2>/dev/null; do
  wait "$process"
  code=$?
done
if [ -n "$noticed" ] && [ "$code" -ne 0 ]; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"
  sleep 600
fi
exit "$code"
`;
