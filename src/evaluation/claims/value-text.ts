/** Values of axes as people write them. */

const longest = 60;

const shortened = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

const plain = (value: unknown): string => {
  if (typeof value === "string") return value;
  if (value === undefined) return "none";
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return plain(only[1]);
  const type = entries.find(([key]) => key === "type");
  const rest = entries.filter(([key]) => key !== "type").map(([key, inner]) => `${key} ${plain(inner)}`);
  return [...(type === undefined ? [] : [plain(type[1])]), rest.join(", ")].join(" ");
};

/**
 * The value of an axis in a few words: `jsd beta 0.1` for `{ "type": "jsd", "beta": 0.1 }`, `small` for `{ "stage":
 * "small" }`. At most 60 characters.
 */
export const valueText = (value: unknown): string => shortened(plain(value));

/** The last word of an axis's pointer. */
export const axisText = (axis: string): string => axis.split("/").at(-1)!;
