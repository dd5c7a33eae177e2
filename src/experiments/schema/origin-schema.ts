/** How an experiment file names where a policy comes from: an earlier stage, or a checkpoint. */
import { Type } from "@sinclair/typebox";

/** The name of a stage. */
export const StageName = Type.String({ description: "Name of an earlier stage of this file, whose result is taken." });

/** The name of a checkpoint. */
export const CheckpointName = Type.String({
  minLength: 1,
  description:
    "A folder, a .gguf or a .safetensors file, relative to this file, or owner/name or owner/name/file.gguf " +
    "of the HuggingFace Hub, with or without @revision.",
});
