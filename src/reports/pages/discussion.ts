/**
 * What people make of verdicts: a page of Markdown whose sections name the figures that they are about, `## Students
 * that are full (figures 8, 9)`.
 */
import { posix } from "node:path";
import { readBounded } from "../../files/regular-file.ts";

/** A section of the page. */
export interface Discussion {
  readonly title: string;
  /** Where links of Markdown find it in its page, as GitHub makes them. */
  readonly anchor: string;
  /** The figures that its title names; one of several panels names them all. */
  readonly figures: readonly string[];
  /** Markdown. */
  readonly text: string;
}

/** Largest page that is read, in bytes. */
const largest = 2 ** 20;

const named = /\(figures? ([^()]*)\)\s*$/iu;

const figuresIn = (title: string): readonly string[] => named.exec(title)?.[1]?.match(/(?:[AB]\.)?\d+[a-z]?/gu) ?? [];

const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/gu, "-");

/** The sections of a page of Markdown, which begin at headings of the second level. */
export const discussionsIn = (page: string): readonly Discussion[] =>
  page
    .replaceAll("\r\n", "\n")
    .split(/^## /mu)
    .slice(1)
    .map((section) => {
      const end = section.includes("\n") ? section.indexOf("\n") : section.length;
      const title = section.slice(0, end).trim();
      return { title, anchor: anchorOf(title), figures: figuresIn(title), text: section.slice(end).trim() };
    });

/** The sections of a file. Errors of the system; `RangeError` for one that is too large. */
export const readDiscussions = (path: string): readonly Discussion[] =>
  discussionsIn(readBounded(path, largest).bytes.toString("utf8"));

/** The sections that none of the figures has: they are about no figure, or about one that is not there. */
export const generalSections = (
  figures: readonly { readonly discussions: readonly Discussion[] }[],
  sections: readonly Discussion[],
): readonly Discussion[] => {
  const placed = new Set(figures.flatMap(({ discussions }) => discussions.map(({ title }) => title)));
  return sections.filter(({ title }) => !placed.has(title));
};

/** A link or an image of Markdown to a file beside, not to an address nor to a heading of its own page. */
const besideLink = /(?<=\]\()(?![a-z][a-z0-9+.-]*:|[#/])([^\s()]+)(?=[\s)])/giu;

/**
 * The text of a section for a page that is elsewhere: `folder` is the way from that page to the folder of the section's
 * own. Fenced code stays as it is.
 */
export const relinked = (text: string, folder: string): string =>
  text
    .split(/(^```[^]*?^```$)/mu)
    .map((part, i) => (i % 2 === 1 ? part : part.replaceAll(besideLink, (link) => posix.join(folder, link))))
    .join("");
