/** A plug-in of typedoc: a page is called what its first heading says, and a folder's README has the other pages as children. */
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { Converter, DocumentReflection, Renderer, type Application, type ProjectReflection } from "typedoc";

const isReadme = (path: string): boolean => basename(path) === "README.md";

/** Calls pages like their files, and puts them below the README of their folder, which is called like the folder. */
const arrange = (project: ProjectReflection): void => {
  const pages = new Map(
    (project.documents ?? []).map((page) => [project.files.getReflectionPath(page) ?? page.name, page] as const),
  );
  for (const [path, page] of pages) {
    page.name = isReadme(path) ? basename(dirname(path)) : basename(path, ".md");
    const above = pages.get(`${dirname(path)}/README.md`);
    if (above === undefined || above === page) continue;
    project.removeChild(page);
    page.parent = above;
    above.addChild(page);
  }
};

/** `Error` for a page without a heading. */
const headingOf = (path: string): string => {
  const [, heading] = /^# (.+)$/mu.exec(readFileSync(path, "utf8")) ?? [];
  if (heading === undefined) throw new Error(`${path}: expected a heading, got none; begin the page with "# "`);
  return heading.replaceAll("`", "");
};

/** Gives pages their titles. Their addresses are made by then, of the names of their files. */
const entitle = (project: ProjectReflection): void => {
  for (const page of Object.values(project.reflections)) {
    const path = page instanceof DocumentReflection ? project.files.getReflectionPath(page) : undefined;
    if (path !== undefined) page.name = headingOf(path);
  }
};

/** Called by typedoc. */
export const load = (app: Application): void => {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => arrange(project));
  app.renderer.on(Renderer.EVENT_BEGIN, ({ project }) => entitle(project));
};
