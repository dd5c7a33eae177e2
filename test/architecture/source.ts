/** The source text as data: files, their imports and their exports, read with the TypeScript compiler. */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, resolve, sep } from "node:path";
import ts from "typescript";

/** Folder of the repository. */
export const root = resolve(import.meta.dirname, "../..");

/** One file of TypeScript, or of plain JavaScript in `src`. */
export interface SourceFile {
  /** Path from the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** One reference from a file to a module. */
export interface Reference {
  readonly specifier: string;
  /** Path from the root when the specifier is relative. */
  readonly target: string | undefined;
  /** `import`: static, dynamic, re-export or type. `url`: a worker's file, which is started and not imported. */
  readonly kind: "import" | "url";
}

/** One exported declaration. */
export interface Exported {
  readonly name: string;
  /** Counted from 1. */
  readonly line: number;
  /** Something remains at run time. */
  readonly value: boolean;
  /** A doc comment ends on the line above. */
  readonly documented: boolean;
}

const walk = (folder: string): string[] => {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
};

const parse = (file: string): SourceFile => {
  const path = relative(root, file).split(sep).join("/");
  const text = readFileSync(file, "utf8");
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) };
};

const isSource = (file: string): boolean => /(?<!\.d)\.tsx?$/u.test(file) || (file.endsWith(".mjs") && file.startsWith(join(root, "src")));

/** Every source file below the folders of the repository; a folder that does not exist has none. */
export const readSources = (...folders: readonly string[]): readonly SourceFile[] => {
  const present = new Set(readdirSync(root));
  return folders
    .filter((folder) => present.has(folder))
    .flatMap((folder) => walk(join(root, folder)))
    .filter(isSource)
    .sort()
    .map(parse);
};

/** Visits every node of a tree, parents first. */
export const visit = (node: ts.Node, see: (node: ts.Node) => void): void => {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
};

/** Line of a node's first character after its comments, counted from 1. */
export const lineOf = (file: SourceFile, node: ts.Node): number =>
  file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree, false)).line + 1;

const literal = (node: ts.Node | undefined): string | undefined =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;

const isMetaUrl = (node: ts.Node | undefined): boolean => node?.getText() === "import.meta.url";

const specifierOf = (node: ts.Node): { specifier: string; kind: Reference["kind"] } | undefined => {
  let specifier: string | undefined;
  let kind: Reference["kind"] = "import";
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) specifier = literal(node.moduleSpecifier);
  else if (ts.isImportTypeNode(node)) specifier = ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined;
  else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) specifier = literal(node.arguments[0]);
  else if (ts.isNewExpression(node) && node.expression.getText() === "URL" && isMetaUrl(node.arguments?.[1])) {
    specifier = literal(node.arguments?.[0]);
    kind = "url";
  }
  return specifier === undefined ? undefined : { specifier, kind };
};

/** Every module that a file refers to: imports of values and of types, re-exports, dynamic imports and workers' URLs. */
export const referencesOf = (file: SourceFile): readonly Reference[] => {
  const references: Reference[] = [];
  visit(file.tree, (node) => {
    const found = specifierOf(node);
    if (found === undefined) return;
    const { specifier, kind } = found;
    if (kind === "url" && !specifier.endsWith(".ts")) return;
    const target = specifier.startsWith(".") ? posix.join(posix.dirname(file.path), specifier) : undefined;
    references.push({ specifier, target, kind });
  });
  return references;
};

const has = (node: ts.Node, kind: ts.SyntaxKind): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind);

const isDocumented = (file: SourceFile, node: ts.Node): boolean => {
  const comments = ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? [];
  const last = comments.findLast((comment) => file.text.startsWith("/**", comment.pos));
  if (last === undefined) return false;
  return file.text.slice(last.end, node.getStart(file.tree, false)).split("\n").length <= 2;
};

const namesOf = (statement: ts.Statement): readonly string[] => {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map((declaration) => declaration.name.getText());
  if (ts.isExportDeclaration(statement)) return [statement.exportClause?.getText() ?? "*"];
  if (ts.isExportAssignment(statement)) return ["default"];
  const { name } = statement as ts.DeclarationStatement;
  return [name?.getText() ?? "default"];
};

const isValue = (statement: ts.Statement): boolean => {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return false;
  return !(ts.isExportDeclaration(statement) && statement.isTypeOnly);
};

/** Every export of a file. Overloads of one function share the doc comment of the first. */
export const exportsOf = (file: SourceFile): readonly Exported[] => {
  const found = new Map<string, Exported>();
  for (const statement of file.tree.statements) {
    const listed = ts.isExportDeclaration(statement) || ts.isExportAssignment(statement);
    if (!listed && !has(statement, ts.SyntaxKind.ExportKeyword)) continue;
    for (const name of namesOf(statement)) {
      const value = isValue(statement);
      const key = `${value ? "value" : "type"} ${name}`;
      const documented = isDocumented(file, statement) || (found.get(key)?.documented ?? false);
      found.set(key, { name, line: lineOf(file, statement), value, documented });
    }
  }
  return [...found.values()];
};
