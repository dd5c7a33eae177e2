/** The paper's figures: one experiment file each. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * How much of a figure is run: a glance at its parts, the small suite, a real language model in place of the paper's,
 * or the paper's own models and data.
 */
export const scales = ["smoke", "small", "pretrained", "full"] as const;

/** One of `scales`. */
export type Scale = (typeof scales)[number];

/** A figure. */
export interface Figure {
  /**
   * As the paper counts it, with a letter for each panel that has a file of its own: `5`, `A.12`, `1b`; `B.1` is the
   * first of those that the paper has not.
   */
  readonly name: string;
  /** Its experiment file. */
  readonly path: string;
}

/** Where the package keeps its figures. */
export const figuresFolder = fileURLToPath(new URL("../../experiments/paper", import.meta.url));

/** Whether a figure is of this project and not the paper's. */
export const isOwnFigure = (name: string): boolean => name.startsWith("B.");

const fileName = /^figure-([ab]?)(\d{1,2}[a-z]?)\.json$/u;

const figureOf = (folder: string, file: string): Figure[] => {
  const found = fileName.exec(file);
  if (found === null) return [];
  const [, part = "", number] = found;
  return [{ name: `${part === "" ? "" : `${part.toUpperCase()}.`}${number}`, path: join(folder, file) }];
};

/** The paper's own figures first, then those of its appendix, then ours; panels from left to right. */
const { compare } = new Intl.Collator("en", { numeric: true });

/** The figure of a panel, `1` of `1a`; of a figure itself. */
export const wholeFigure = (name: string): string => name.replace(/[a-z]$/u, "");

/** Where the files of a scale are, from the folder of the small ones. */
const folders: Readonly<Record<Scale, string>> = { smoke: ".", small: ".", pretrained: "../smollm2", full: "full" };

/**
 * The figures of a scale, in the paper's order; `folder` holds `figure-5.json`, `figure-a12.json`, and `full` beside
 * them; none where there is no such folder.
 */
export const figuresOf = (scale: Scale, folder = figuresFolder): readonly Figure[] => {
  const files = join(folder, folders[scale]);
  if (!existsSync(files)) return [];
  return readdirSync(files)
    .flatMap((file) => figureOf(files, file))
    .toSorted((a, b) => compare(a.name, b.name));
};

/** The names that figures of any scale have, each once, in the paper's order. */
export const figureNames = (folder = figuresFolder): readonly string[] =>
  [...new Set(scales.flatMap((scale) => figuresOf(scale, folder).map(({ name }) => name)))].toSorted(compare);

/**
 * Those that are named, in the paper's order; all when none is. A figure of panels names all of them. `RangeError` for
 * a name that no figure has.
 */
export const chosenFigures = (figures: readonly Figure[], names: readonly string[]): readonly Figure[] => {
  const wanted = names.map((name) =>
    name.toLowerCase().replace(/^([ab])\.?/u, (_, part: string) => `${part.toUpperCase()}.`),
  );
  const unknown = wanted.find((name) =>
    figures.every((figure) => figure.name !== name && wholeFigure(figure.name) !== name),
  );
  if (unknown !== undefined) {
    throw new RangeError(`figure: expected one of ${figures.map(({ name }) => name).join(", ")}, got "${unknown}"`);
  }
  return wanted.length === 0
    ? figures
    : figures.filter(({ name }) => wanted.includes(name) || wanted.includes(wholeFigure(name)));
};
