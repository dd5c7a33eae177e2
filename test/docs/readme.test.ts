/** What the README shows is what is there: its example, its links, its commands, its folders. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/program.ts";
import { plain } from "../../src/experiments/file/problem.ts";

const readme = readFileSync("README.md", "utf8");

const helpOf = async (...words: string[]): Promise<string> => {
  let text = "";
  const stream = { write: (part: string) => ((text += part), true) };
  await main([...words, "--help"], { output: stream, errors: stream, colors: plain, live: undefined });
  return text;
};

describe("README", () => {
  test("shows examples/train.ts as it is", () => {
    const [, code] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    const file = readFileSync("examples/train.ts", "utf8");
    expect(code).toBe(file.slice(file.indexOf("\n") + 1));
  });

  test("links to files that are there", () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path!);
    expect(links.length).toBeGreaterThan(5);
    for (const path of links) expect(existsSync(path), path).toBe(true);
  });

  test("lists every command, and no other", async () => {
    const listed = [...readme.matchAll(/^\| `retort ([\w-]+)/gm)].map(([, command]) => command!);
    const help = await helpOf();
    const known = [...help.matchAll(/^ {2}([a-z][a-z-]*)(?: \[| <| {2})/gm)]
      .map(([, command]) => command!)
      .filter((command) => command !== "help");
    expect(listed.toSorted()).toEqual(known.toSorted());
  });

  test("draws every folder of src", () => {
    for (const folder of readdirSync("src")) expect(readme).toContain(`      ${folder}/`);
  });
});
