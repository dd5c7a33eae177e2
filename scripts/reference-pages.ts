/** The reference of experiment files: a page for each section, made of the schema. */
import type { Json, JsonObject } from "../src/files/json.ts";
import type { LocatedSchema } from "../src/experiments/schema/located-schema.ts";
import {
  formsOf,
  keyEntries,
  meaningOf,
  root,
  type Form,
  type KeyEntry,
} from "../src/experiments/reference/schema-entry.ts";

/** Sections whose parts stand in the schema's `definitions`, which other sections refer to. */
const definitionPages: Readonly<Record<string, string>> = {
  task: "task",
  policy: "student",
  teacher: "teacher",
  reward: "rewards",
  objective: "objective",
};

/** The keys of a file that have a page. */
const sections = keyEntries(root).filter(({ key, located }) => formsOf(located).length > 0 || key === "variants");

/** As a cell of a table holds it: on one line, and without what ends the cell. */
const cell = (text: string): string => text.replaceAll(/\s+/gu, " ").replaceAll("|", "\\|").replaceAll("<", "&lt;");

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

/** The anchor of a heading, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "")
    .replaceAll(" ", "-");

/** Longest example in a table. */
const longest = 60;

/** What two schemas have in common that are documented once. */
const contentText = ({ schema }: LocatedSchema): string => {
  const { description: _description, default: _default, examples: _examples, ...rest } = schema;
  return JSON.stringify(rest);
};

/** A thing that has a heading on the page: what a key holds. */
interface Part {
  readonly heading: string;
  readonly located: LocatedSchema;
  readonly example: Json;
  readonly key: string;
}

/** A page while it is written: the parts that are still to come, and those that have a heading already. */
class Page {
  readonly lines: string[] = [];
  readonly #name: string;
  readonly #headings = new Set<string>();
  readonly #parts = new Map<string, Part>();
  readonly #waiting: Part[] = [];

  constructor(name: string) {
    this.#name = name;
    this.#headings.add(name);
  }

  /** Writes all that a section holds, and in turn all that its parts hold. */
  section({ key, located, example, meaning }: KeyEntry): void {
    const part = { heading: key, located, example, key };
    this.#parts.set(contentText(located), part);
    this.lines.push(`# ${key}`, "", meaning === "" ? "What stands under this key." : meaning, "");
    this.#body(part, 2);
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.lines.push(`## ${next.heading}`, "");
      const said = meaningOf(next.located);
      if (said !== "") this.lines.push(said, "");
      this.#body(next, 3);
    }
  }

  #heading(...candidates: readonly string[]): string {
    const last = candidates.at(-1)!;
    const numbered = Array.from({ length: 99 }, (_, i) => `${last} ${i + 2}`);
    const heading = [...candidates, ...numbered].find((one) => !this.#headings.has(one))!;
    this.#headings.add(heading);
    return heading;
  }

  #body(part: Part, level: number): void {
    const forms = formsOf(part.located);
    this.#example(part.key, part.example);
    const [only] = forms;
    if (forms.length === 1 && only!.type === undefined) return this.#table(only!, part.heading);
    const named = forms.map((form) => ({
      form,
      heading: this.#heading(
        form.type ?? form.keys.find(({ required }) => required)?.key ?? part.key,
        `${part.key} ${form.type ?? form.keys[0]?.key ?? ""}`.trim(),
      ),
    }));
    if (named.length > 1)
      this.lines.push(`One of: ${named.map(({ heading }) => `[${heading}](#${anchorOf(heading)})`).join(", ")}.`, "");
    for (const { form, heading } of named) {
      this.lines.push(`${"#".repeat(level)} ${heading}`, "");
      if (form.meaning !== "") this.lines.push(form.meaning, "");
      this.#table(form, heading);
    }
  }

  #example(key: string, example: Json): void {
    this.lines.push("```json", `"${key}": ${JSON.stringify(example)}`, "```", "");
  }

  #table({ keys }: Form, parent: string): void {
    this.lines.push("| key | type | default | meaning | example |", "| --- | --- | --- | --- | --- |");
    for (const entry of keys) {
      const type = this.#type(entry, parent);
      const fallback = entry.default === undefined ? (entry.required ? "required" : "none") : code(entry.default);
      const text = JSON.stringify(entry.example);
      const example = text.length > longest ? "" : code(text);
      const meaning = cell(entry.meaning === "" && entry.key === "type" ? "Which it is." : entry.meaning);
      this.lines.push(`| ${code(entry.key)} | ${type} | ${fallback} | ${meaning} | ${example} |`);
    }
    this.lines.push("");
  }

  /** The type in words, with a link to where its own keys stand. */
  #type(entry: KeyEntry, parent: string): string {
    const { key, located } = entry;
    const text = cell(entry.type);
    const [, name] = /"\$ref":"#\/definitions\/([\w-]+)"/u.exec(JSON.stringify(located.schema).slice(0, 200)) ?? [];
    const direct = located.schema["$ref"] ?? (located.schema["items"] as JsonObject | undefined)?.["$ref"];
    const page = name === undefined || direct === undefined ? undefined : definitionPages[name];
    if (name !== undefined && direct !== undefined && page === undefined)
      throw new Error(`definitions/${name}: expected the name of its page in definitionPages of this file, got none`);
    if (page !== undefined) return `${text}: [${page}](${page === this.#name ? "" : `${page}.md`}#${page})`;
    const other = sections.find(
      (one) => contentText(one.located) === contentText(located) && formsOf(located).length > 0,
    );
    if (other !== undefined && other.key !== this.#name) return `${text}: [${other.key}](${other.key}.md)`;
    if (formsOf(located).length === 0) return text;
    const known = this.#parts.get(contentText(located));
    const part = known ?? { heading: this.#heading(key, `${key} of ${parent}`), located, example: entry.example, key };
    if (known === undefined) {
      this.#parts.set(contentText(located), part);
      this.#waiting.push(part);
    }
    return `${text}: [${part.heading}](#${anchorOf(part.heading)})`;
  }
}

const note =
  "<!-- Written by `npm run reference` from the schema of experiment files. What is written here by hand is lost. -->";

const overview = (): string => {
  const pages = new Set(sections.map(({ key }) => key));
  const rows = keyEntries(root).map(({ key, type, default: fallback, required, meaning, example }) => {
    const name = pages.has(key) ? `[${code(key)}](${key}.md)` : code(key);
    const text = JSON.stringify(example);
    const given = fallback === undefined ? (required ? "required" : "none") : code(fallback);
    return `| ${name} | ${cell(type)} | ${given} | ${cell(meaning)} | ${text.length > longest ? "" : code(text)} |`;
  });
  return [
    "# Reference of experiment files",
    "",
    note,
    "",
    "Every key of an experiment file, with its type, its default, what it means and an example. `retort schema /objective/alpha`",
    "prints the same of one key. [Experiment files](../experiment-files.md) says how they are used.",
    "",
    "| key | type | default | meaning | example |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
};

/** The pages by the names of their files. */
export const referencePages = (): ReadonlyMap<string, string> =>
  new Map([
    ["README.md", overview()],
    ...sections.map((entry): [string, string] => {
      const page = new Page(entry.key);
      page.section(entry);
      const [heading, ...rest] = page.lines;
      const where = "[All keys](README.md)";
      return [`${entry.key}.md`, [heading, "", note, "", where, ...rest].join("\n")];
    }),
  ]);
