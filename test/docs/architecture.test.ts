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
  const placeOf = (path: string): number => order.indexOf(path.split("/").slice(0, 2).join("/"));
  const violations = readSources("src").flatMap((file) =>
    referencesOf(file)
      .filter(({ target }) => target !== undefined && placeOf(target) > placeOf(file.path))
      .map(({ target }) => `${file.path}: expected ${target} above it in the tree of docs/architecture.md`),
  );
  expect(violations).toEqual([]);
});
