/** The tree in docs/architecture.md is that of src, and folders import from those above them only. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSources, referencesOf } from "../architecture/source.ts";
import { textOf } from "./pages.ts";

/** The folders that the page draws, in its order, each with what it says of it. */
const drawn = (): { readonly path: string; readonly meaning: string }[] => {
  const lines = textOf("docs/architecture.md").split("\n");
  const first = lines.indexOf("    src/");
  const above: string[] = ["src"];
  return lines.slice(first + 1, lines.indexOf("", first)).map((line) => {
    const { indent, name, meaning } = /^ {4}(?<indent> +)(?<name>[\w-]+)\/ +(?<meaning>\S.*)$/u.exec(line)!.groups!;
    const depth = indent!.length / 2;
    above.splice(depth, Infinity, name!);
    return { path: above.join("/"), meaning: meaning! };
  });
};

const folders = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => join(entry.parentPath, entry.name));

test("the tree has every folder of src, and no other", () => {
  expect(
    drawn()
      .map(({ path }) => path)
      .toSorted(),
  ).toEqual(folders.toSorted());
});

test("a folder of src imports from those above it in the tree", () => {
  const order = drawn().map(({ path }) => path);
  const indexOf = (path: string): number => order.indexOf(path.split("/").slice(0, 2).join("/"));
  const violations = readSources("src").flatMap((file) =>
    referencesOf(file)
      .filter(({ target }) => target !== undefined && indexOf(target) > indexOf(file.path))
      .map(({ target }) => `${file.path}: expected ${target} above it in the tree of docs/architecture.md`),
  );
  expect(violations).toEqual([]);
});

/** Rows of the table below a heading, as the code in their cells. */
const rowsBelow = (heading: string): readonly (readonly string[])[] => {
  const text = textOf("docs/architecture.md");
  const section = text.slice(text.indexOf(`## ${heading}\n`)).split("\n## ")[0]!;
  const lines = section.split("\n").filter((line) => line.startsWith("| `"));
  return lines.map((line) => [...line.matchAll(/`([^`]+)`/gu)].map(([, code]) => code!));
};

test("the walk of a value has at most 20 files, each of which imports the next, is imported by it, or hands it on to its neighbour", () => {
  const walk = rowsBelow("The walk of a value").map(([file]) => file!);
  const sources = new Map(readSources("src").map((file) => [file.path, file]));
  expect(walk.filter((path) => !sources.has(path))).toEqual([]);
  expect(walk.length).toBeLessThanOrEqual(20);
  const imports = (path: string): string[] => referencesOf(sources.get(path)!).flatMap(({ target }) => target ?? []);
  // The index of a family is a list and has no code of its own: what it lists is as near as what it is imported by.
  const targets = (path: string): string[] =>
    imports(path).flatMap((target) => (target.endsWith("/index.ts") ? [target, ...imports(target)] : [target]));
  // A file that is not called by the one before is called by one further up, which hands it the value.
  const broken = walk.slice(1).filter((path, index) => {
    const before = walk.slice(0, index + 1);
    return !before.some((other) => targets(other).includes(path) || targets(path).includes(other));
  });
  expect(broken).toEqual([]);
});

test("a rollout has at most six forms, each declared and made where the walk of a rollout says", () => {
  const forms = rowsBelow("The walk of a rollout");
  expect(forms.length).toBeLessThanOrEqual(6);
  const sources = new Map(readSources("src").map((file) => [file.path, file.text]));
  for (const [form, declared, made] of forms) {
    expect(sources.get(declared!), declared).toMatch(new RegExp(`export (?:interface|type) ${form}\\b`, "u"));
    expect(sources.get(made!), made).toContain(form);
  }
});
