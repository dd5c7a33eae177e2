/** The decoder against transformers, on the checkpoints of test/fixtures/rotary_decoders_reference.py. */
import { referenceCheckpointLaws } from "../../laws/reference-checkpoint.laws.ts";

for (const name of ["llama"]) referenceCheckpointLaws(name);
