/** Names of checkpoints in their folder. */

const pattern = /^checkpoint-(\d{8,})\.safetensors$/;

/** The name of the checkpoint after so many steps: `checkpoint-00000012.safetensors`. */
export const checkpointName = (step: number): string => `checkpoint-${String(step).padStart(8, "0")}.safetensors`;

/** The steps of a checkpoint's name; nothing for another file. */
export const checkpointStep = (name: string): number | undefined => {
  const digits = pattern.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};
