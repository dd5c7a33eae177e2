/** A plug-in of typedoc: pages are called what their first heading says, and folders with a README become its children. */
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { Converter, DocumentReflection, type Application, type ProjectReflection } from "typedoc";

/** The file of each page. */
const pathsOf = (project: ProjectReflection): Map<string, DocumentReflection> =>
  new Map(
    (project.documents ?? []).flatMap((page) => {
      const path = project.files.getReflectionPath(page);
      return path === undefined ? [] : [[path, page] as const];
    }),
  );

/** `Error` for a page without a heading. */
const headingOf = (path: string): string => {
  const [, heading] = /^# (.+)$/m.exec(readFileSync(path, "utf8")) ?? [];
  if (heading === undefined) throw new Error(`${path}: expected a heading, got none; begin the page with "# "`);
  return heading.replaceAll("`", "");
};

const arrange = (project: ProjectReflection): void => {
  const pages = pathsOf(project);
  for (const [path, page] of pages) {
    page.name = headingOf(path);
    const above = pages.get(`${dirname(path)}/README.md`);
    if (above === undefined || above === page || basename(path) === "README.md") continue;
    page.parent = above;
    above.addChild(page);
  }
  project.documents = project.documents?.filter(({ parent }) => parent === project);
  project.childrenIncludingDocuments = project.childrenIncludingDocuments?.filter(
    (child) => !(child instanceof DocumentReflection) || child.parent === project,
  );
};

/** Called by typedoc. */
export const load = (app: Application): void => {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => arrange(project));
};
