/** A program as the file of a SavedModel that TensorFlow's sessions run. */
import { instructionSets } from "../instruction-sets.ts";
import type { Program, TensorSpec } from "../program.ts";
import { record } from "../recording/record.ts";
import { savedModel, type NodeDef } from "./graph-def.ts";
import { programFunction, Translator } from "./translate.ts";

const hasMatrixUnits = (): boolean => instructionSets().includes("amx_bf16");

/** How a program is translated. */
export interface ProgramOptions {
  /** XLA compiles it, at its first run; else TensorFlow's executor runs op by op. Default true. */
  readonly xla?: boolean;
  /** Operands of products of two matrices are rounded to bfloat16; their sums are float32. Default false. */
  readonly bfloat16?: boolean;
  /** Which kernels bfloat16 takes: those for processors with AMX or without. Default: what this processor has. */
  readonly matrixUnits?: boolean;
}

/** A translated program. */
export interface TranslatedProgram<O extends string> {
  /** The file `saved_model.pb`. */
  readonly file: Uint8Array;
  /** The names of the inputs of the session, in the order of the program's inputs. */
  readonly inputNames: readonly string[];
  /** Those of its outputs, in the order of `outputs`. */
  readonly outputNames: readonly string[];
  readonly outputs: Readonly<Record<O, TensorSpec>>;
}

/** What TensorFlow or its translation say, in one line, with the name of the program that it is about. */
export const naming = <T>(program: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    const said = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/gu, "; ");
    throw new Error(`program "${program}": ${said}`, { cause: error });
  }
};

/** Records a program and translates it. Errors name the program. */
export const translated = <I extends string, O extends string>(
  program: Program<I, O>,
  { xla = true, bfloat16 = false, matrixUnits = hasMatrixUnits() }: ProgramOptions = {},
): TranslatedProgram<O> => {
  const { graph, outputs } = record(program);
  const { main } = graph.finished();
  const translator = new Translator(graph, { xla, bfloat16, matrixUnits });
  const { inputs, outputs: results } = naming(program.name, () => translator.program(main));
  const placeholders: NodeDef[] = inputs.map(({ type }, i) => ({
    name: `in_${i}`,
    operator: "Placeholder",
    inputs: [],
    attributes: { dtype: { type }, shape: { shape: main.inputs[i]!.shape } },
  }));
  const call: NodeDef = {
    name: "call",
    operator: "PartitionedCall",
    inputs: placeholders.map(({ name }) => `${name}:0`),
    attributes: {
      Tin: { types: inputs.map(({ type }) => type) },
      Tout: { types: results.map(({ type }) => type) },
      f: { function: programFunction },
      ...(xla ? { _XlaMustCompile: { boolean: true } } : {}),
    },
  };
  const identities: NodeDef[] = results.map(({ type }, i) => ({
    name: `out_${i}`,
    operator: "Identity",
    inputs: [`call:${i}`],
    attributes: { T: { type } },
  }));
  return {
    file: savedModel([...placeholders, call, ...identities], translator.functions),
    inputNames: placeholders.map(({ name }) => `${name}:0`),
    outputNames: identities.map(({ name }) => `${name}:0`),
    outputs,
  };
};
