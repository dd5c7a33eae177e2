/** The modules of the user's that checked values name. */
import { knownModule } from "./module-registry.ts";
import type { ModuleCode } from "./module-code.ts";

const codesIn = (value: unknown, found: Set<string>): void => {
  if (typeof value !== "object" || value === null) return;
  const { module, code } = value as { readonly module?: unknown; readonly code?: unknown };
  if (typeof module === "string" && typeof code === "string") found.add(code);
  for (const inner of Object.values(value)) codesIn(inner, found);
};

/** The code of every module that values name which were checked in this process, each once. */
export const modulesIn = (values: unknown): readonly ModuleCode[] => {
  const found = new Set<string>();
  codesIn(values, found);
  return [...found].flatMap((hash) => knownModule(hash) ?? []);
};

/** The values as a file has them that was not checked yet: without the hashes of code. */
export const withoutCode = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutCode);
  if (typeof value !== "object" || value === null) return value;
  const { module } = value as { readonly module?: unknown };
  const entries = Object.entries(value).filter(([key]) => key !== "code" || typeof module !== "string");
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutCode(inner)]));
};
