/** Unpacks what was fetched, with the Python that is needed anyway: Node.js itself reads neither zip nor tar. */
import { runTool } from "./tools.ts";

/** The members of a wheel that are wanted: those that start with one of `starts`, none of `but` (* is anything). */
export interface Members {
  readonly starts: readonly string[];
  readonly but?: readonly string[];
}

/** With the rights that members have in the wheel: one of CUDA's programs must stay one. */
const wheelCode = `
import fnmatch, json, os, sys, zipfile
path, target, wanted = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
with zipfile.ZipFile(path) as wheel:
    for member in wheel.infolist():
        name = member.filename
        if name.startswith(tuple(wanted["starts"])) and not any(fnmatch.fnmatch(name, p) for p in wanted["but"]):
            made = wheel.extract(member, target)
            mode = member.external_attr >> 16 & 0o777
            if mode and not member.is_dir():
                os.chmod(made, mode | 0o600)
`;

/** What the wheel says of itself, with what it needs beside itself. */
const requirementsCode = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    sys.stdout.write(wheel.read(name).decode())
`;

const packageCode = `
import sys, tarfile
with tarfile.open(sys.argv[1]) as package:
    safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    package.extractall(sys.argv[2], **safe)
`;

/** Unpacks members of a wheel into a folder. */
export const unpackWheel = async (
  path: string,
  folder: string,
  { starts, but = [] }: Members,
  signal: AbortSignal,
): Promise<void> => {
  await runTool("python3", ["-c", wheelCode, path, folder, JSON.stringify({ starts, but })], { signal });
};

/** Unpacks npm's tarball: its files are then in the folder's `package`. */
export const unpackPackage = async (path: string, folder: string, signal: AbortSignal): Promise<void> => {
  await runTool("python3", ["-c", packageCode, path, folder], { signal });
};

/** What a wheel asks for under one of its extras, as pip takes it. */
export const extraRequirements = async (
  path: string,
  extra: string,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const text = await runTool("python3", ["-c", requirementsCode, path], { signal });
  const found = text.matchAll(/^Requires-Dist: ([^;\n]+?)\s*; extra == (["'])([^"'\n]+)\2\s*$/gmu);
  return [...found].flatMap(([, requirement, , of]) => (of === extra ? [requirement!.replaceAll(/[\s()]/gu, "")] : []));
};
