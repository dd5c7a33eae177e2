/** Values as JSON on the disk. */
import { writeWhole } from "./atomic-file.ts";
import { visible } from "./visible.ts";

/**
 * JSON in which every character is seen. It has no NaN and no infinities: they are kept as their names, so that a
 * broken run can be read.
 */
export const jsonText = (value: unknown, indent?: number): string =>
  visible(
    JSON.stringify(
      value,
      (_key, inner: unknown) => (typeof inner === "number" && !Number.isFinite(inner) ? String(inner) : inner),
      indent,
    ),
  );

/** Writes a value as JSON, whole or not at all. */
export const writeJson = (path: string, value: unknown): Promise<void> => writeWhole(path, `${jsonText(value, 2)}\n`);
