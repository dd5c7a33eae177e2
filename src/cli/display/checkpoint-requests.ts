/** A signal of the system that asks a run for a checkpoint, and stops nothing. */
import type { Display } from "./progress.ts";

const signal = "SIGUSR2";

/** Calls `work` with what says whether SIGUSR2 has come since it was called last. */
export const withCheckpointRequests = async (
  display: Pick<Display, "note">,
  work: (checkpointAsked: () => boolean) => Promise<void>,
): Promise<void> => {
  let asked = false;
  const ask = (): void => {
    asked = true;
    display.note(`${signal}: a checkpoint follows this step`);
  };
  process.on(signal, ask);
  try {
    await work(() => {
      const was = asked;
      asked = false;
      return was;
    });
  } finally {
    process.off(signal, ask);
  }
};
