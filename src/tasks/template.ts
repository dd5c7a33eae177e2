/** Texts with names in braces, which are replaced by other texts. */

const placeholder = /\{([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)\}/gu;

/** The names that a template has in braces, as often as they occur; `a.b` is what is inside of `a`. */
export const namesIn = (template: string): readonly string[] =>
  [...template.matchAll(placeholder)].map(([, name]) => name!);

/**
 * The template with a text for each name. What the texts hold is not read as a template; braces that name nothing stay.
 */
export const filled = (template: string, textOf: (name: string) => string): string =>
  template.replaceAll(placeholder, (_whole, name: string) => textOf(name));
