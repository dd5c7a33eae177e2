/** GPT-2 against transformers' GPT2LMHeadModel, on checkpoints that transformers wrote (test/fixtures/gpt2_and_t5_reference.py). */
import { referenceCheckpointLaws } from "../../laws/reference-checkpoint.laws.ts";

for (const name of ["gpt2", "gpt2-untied"]) referenceCheckpointLaws(name);
