/** Which of a program's inputs its outputs depend on. */
import type { Program } from "../program.ts";
import { liveNodes, readBy } from "./graph.ts";
import { inputName, record } from "./record.ts";

/** Their names, in the program's order. Errors are those of recording it. */
export const readInputs = (program: Program): readonly string[] => {
  const { main } = record(program).graph.extent();
  const read = new Set(liveNodes(main).flatMap(readBy));
  return Object.keys(program.inputs).filter((name) => read.has(inputName(name)));
};
