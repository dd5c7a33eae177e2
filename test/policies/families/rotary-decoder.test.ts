/** The decoder against transformers, on the checkpoints of test/fixtures/rotary_decoders_reference.py. */
import { referenceCheckpointLaws } from "../../laws/reference-checkpoint.laws.ts";

for (const name of ["llama", "llama-untied", "llama3", "mistral", "qwen2", "qwen3", "gemma"]) referenceCheckpointLaws(name);
