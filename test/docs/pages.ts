/** The pages of the documentation, as its tests read them. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { main } from "../../src/cli/program.ts";
import { recorder } from "../cli/recorder.ts";

/** Pages that a reader begins with: those of the folder itself and of the guide. */
export const guides: readonly string[] = ["docs", "docs/guide"].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`),
);

/** All pages of the repository. */
export const pages: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** A page's text. */
export const textOf = (page: string): string => readFileSync(page, "utf8");

/** A fenced block of code. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a page, in their order. */
export const blocksOf = (page: string): readonly Block[] =>
  [...textOf(page).matchAll(/^```(\w+)\n([^]*?)^```$/gmu)].map(([, language, text]) => ({
    language: language!,
    text: text!,
  }));

/** The commands of a page's blocks. */
export const commandsOf = (page: string): readonly string[] =>
  blocksOf(page).flatMap(({ language, text }) => (language === "sh" ? text.trimEnd().split("\n") : []));

/** A page without its blocks of code, fenced or indented. */
const proseOf = (page: string): string =>
  textOf(page)
    .replaceAll(/^```\w*\n[^]*?^```$/gmu, "")
    .replaceAll(/^ {4}.*$/gmu, "");

/** A link to another file or heading of the repository. */
export interface Link {
  /** From the root; the page itself for a link to one of its own headings. */
  readonly path: string;
  readonly anchor: string | undefined;
}

/** The links of a page that stay in the repository. */
export const linksOf = (page: string): readonly Link[] =>
  [...proseOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/gu)].map(([, path, anchor]) => ({
    path: path === "" ? page : normalize(join(dirname(page), path!)),
    anchor,
  }));

/** The pages of the guide in the order of its first page: a test runs each as it stands. */
export const guidePages: readonly string[] = linksOf("docs/guide/README.md").map(({ path }) => path);

/** The anchors of a page's headings, as GitHub makes them. */
export const anchorsOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gmu)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );

const helps = new Map<string, Promise<string>>();

const help = async (command: readonly string[]): Promise<string> => {
  const { terminal, output } = recorder();
  await main([...command, "--help"], terminal);
  return output();
};

/** What `retort --help` says, or that of a command. */
export const helpOf = (...command: string[]): Promise<string> => {
  const key = command.join(" ");
  const known = helps.get(key) ?? help(command);
  helps.set(key, known);
  return known;
};

/** The commands that `retort --help` lists. */
export const commandNames = async (): Promise<readonly string[]> =>
  [...(await helpOf()).matchAll(/^ {2}([a-z][a-z-]*) {2,}\S/gmu)].map(([, name]) => name!).filter((name) => name !== "help");
