/** The family of measures: what an evaluation reports beside accuracy, form and length. */
import type { Static } from "@sinclair/typebox";
import { family } from "../../plugins/family.ts";
import { bleu } from "./bleu.ts";
import { chrf } from "./chrf.ts";
import { entailment } from "./entailment.ts";
import { passAtK } from "./pass-at-k.ts";
import { repetition } from "./repetition.ts";
import { rouge } from "./rouge.ts";
import { selfBleu } from "./self-bleu.ts";

/** Every measure that an experiment file can name. */
export const measures = family("measure", [rouge, bleu, chrf, selfBleu, passAtK, repetition, entailment], {
  modules: {
    product: "an object { name, samples, references, of(evaluated) }",
    functions: ["of"],
    keys: ["name", "samples", "references"],
  },
});

/** A measure in an experiment file. */
export type MeasureValues = Static<typeof measures.schema>;
