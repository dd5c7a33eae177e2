/** What a step of a trial took. */
import { stepTimes } from "../runs/reading/history.ts";

/**
 * The median of the milliseconds of a run's steps without its first, in which programs are compiled; nothing where no
 * other was timed.
 */
export const stepMilliseconds = async (folder: string): Promise<number | undefined> => {
  const times = [...(await stepTimes(folder))]
    .flatMap(([step, milliseconds]) => (step > 1 ? [milliseconds] : []))
    .toSorted((a, b) => a - b);
  const middle = times.length / 2;
  return times.length === 0 ? undefined : (times[Math.floor(middle)]! + times[Math.ceil(middle) - 1]!) / 2;
};
