/** Instructions of this machine's processor that decide how fast native libraries multiply. */
import { readFileSync } from "node:fs";

/** As Linux names them, from the oldest to the newest. */
const wanted = [
  "avx",
  "avx2",
  "fma",
  "avx512f",
  "avx512_vnni",
  "avx512_bf16",
  "avx512_fp16",
  "amx_tile",
  "amx_int8",
  "amx_bf16",
  "amx_fp16",
] as const;

/** Those of them in the text of /proc/cpuinfo. */
export const instructionSetsIn = (text: string): readonly string[] => {
  const flags = new Set(/^flags\s*:(.*)$/mu.exec(text)?.[1]?.trim().split(/\s+/u));
  return wanted.filter((name) => flags.has(name));
};

const cpuInfo = (): string => {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
};

/** Those of this machine; none where the system does not say, which only Linux does. */
export const instructionSets = (): readonly string[] => instructionSetsIn(cpuInfo());

/** What the system says of this machine's processor, its kind and all its instructions; "" where it says nothing. */
export const processorText = (): string =>
  [...cpuInfo().matchAll(/^(?:vendor_id|cpu family|model|model name|stepping|flags)\s*:.*$/gmu)]
    .map(([line]) => line)
    .filter((line, place, all) => all.indexOf(line) === place)
    .join("\n");
