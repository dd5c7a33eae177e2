/** The optimizers that experiment files can name. */
import { family, type Family, type Values } from "../../plugins/family.ts";
import { definition as adafactor } from "./adafactor.ts";
import { definition as adamw } from "./adamw.ts";
import { definition as lion } from "./lion.ts";
import { definition as muon } from "./muon.ts";
import type { Optimizer } from "./optimizer.ts";
import { definition as sgd } from "./sgd.ts";

const members = [adamw, adafactor, sgd, lion, muon] as const;

/** An optimizer in an experiment file. */
export type OptimizerValues = Values<typeof members>;

/** All optimizers. */
export const optimizers: Family<OptimizerValues, void, Optimizer> = family("optimizer", members);
