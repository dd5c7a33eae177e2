/** What the pages say is what there is: links, commands, options, plug-ins, and the site that is built of them. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { claims } from "../../src/evaluation/claims/index.ts";
import { baselines } from "../../src/objectives/baselines/index.ts";
import { divergences } from "../../src/objectives/divergences/index.ts";
import { objectives } from "../../src/objectives/index.ts";
import { policies } from "../../src/policies/families/index.ts";
import { rewards } from "../../src/rewards/index.ts";
import { behaviors } from "../../src/rollouts/behaviors/index.ts";
import { tasks } from "../../src/tasks/index.ts";
import { anchorsOf, blocksOf, commandNames, commandsOf, guides, helpOf, linksOf, pages, textOf } from "./pages.ts";

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
}

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const { projectDocuments } = JSON.parse(readFileSync("typedoc.json", "utf8")) as { readonly projectDocuments: string[] };

/** A command's words; a quoted one may have spaces. */
const wordsOf = (command: string): string[] => command.match(/'[^']*'|"[^"]*"|\S+/gu) ?? [];

describe.each(pages)("%s", (page) => {
  test("links to files and headings that are there", () => {
    const broken = linksOf(page).filter(
      ({ path, anchor }) => !existsSync(path) || !statSync(path).isFile() || (anchor !== undefined && !anchorsOf(path).includes(anchor)),
    );
    expect(broken).toEqual([]);
  });

  test("names commands, options and files that are there", async () => {
    const known = await commandNames();
    const named = [...textOf(page).matchAll(/`(?:npx retort-rl|retort) ([a-z][a-z-]*)/gu)].map(([, name]) => name!);
    // Executors start `retort trial`; a person rarely does, so the help does not list it.
    expect(named.filter((name) => name !== "trial" && !known.includes(name))).toEqual([]);
    for (const command of commandsOf(page)) {
      const [first, second, ...rest] = wordsOf(command);
      if (first === "npm" && second === "run") expect(Object.keys(scripts)).toContain(rest[0]);
      if (first !== "npx" || second === "tsx") continue;
      // Another package has the name of the command, and npx would fetch it where this one is not installed.
      expect(second, command).toBe("retort-rl");
      const [name, ...words] = rest;
      expect(known, command).toContain(name);
      for (const word of words) {
        const [option] = /^--[a-z-]+/u.exec(word) ?? [];
        if (option !== undefined) expect(await helpOf(name!), command).toContain(option);
        if (/^(?:experiments|examples)\//u.test(word)) expect(existsSync(word), command).toBe(true);
      }
    }
  });
});

describe.each(guides)("%s", (page) => {
  test("starts with what the reader can do after it", () => {
    expect(textOf(page)).toMatch(/^# .+\n\nAfter this page you (?:can|know) /u);
  });

  test("is a page of the site", () => {
    expect(projectDocuments).toContain(page);
  });
});

describe("docs/cli.md", () => {
  test("lists every command, and no other", async () => {
    const listed = [...textOf("docs/cli.md").matchAll(/^\| `retort ([\w-]+)/gmu)].map(([, command]) => command!);
    expect(listed.toSorted()).toEqual((await commandNames()).toSorted());
  });

  test("lists the exit codes as the help does", async () => {
    const codes = (await helpOf()).split("Exit codes:")[1]!;
    const listed = [...textOf("docs/cli.md").matchAll(/^\| (\d+) /gmu)].map(([, code]) => code!);
    expect(listed).toEqual([...codes.matchAll(/^ {2}(\d+) /gmu)].map(([, code]) => code!));
  });
});

describe("docs/library.md", () => {
  test("shows examples/train.ts as it is", () => {
    const file = readFileSync("examples/train.ts", "utf8");
    const [code] = blocksOf("docs/library.md").filter(({ language }) => language === "ts");
    expect(code?.text).toBe(file.slice(file.indexOf("\n") + 1));
  });
});

test.each([
  ["docs/models.md", "policies", policies.types],
  ["docs/models.md", "tasks", tasks.types],
  ["docs/rewards.md", "rewards", rewards.types],
  ["docs/objectives.md", "objectives", objectives.types],
  ["docs/objectives.md", "divergences", divergences.types],
  ["docs/objectives.md", "baselines", baselines.types],
  ["docs/experiment-files.md", "behaviors", behaviors.types],
  ["docs/sweeps.md", "claims", claims.types],
])("%s has all %s", (page, _, types) => {
  expect(types.filter((type) => !textOf(page).includes(`\`${type}\``))).toEqual([]);
});

test("the table of decisions has each number once, and a page for each that was used", () => {
  const rows = [...textOf("docs/decisions/README.md").matchAll(/^\| (?:\[(\d{4})\]\(([^)]+)\)|(\d{4})) +\|/gmu)];
  const numbers = rows.map(([, linked, , unused]) => Number(linked ?? unused));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  const linked = rows.flatMap(([, , file]) => file ?? []).map((file) => `docs/decisions/${file}`);
  expect(linked.toSorted()).toEqual(pages.filter((page) => /^docs\/decisions\/\d/u.test(page)).toSorted());
});
