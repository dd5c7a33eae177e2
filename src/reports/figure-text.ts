/** Numbers and values as people read them in reports. */

/** Three significant digits: `0.612`, `-0.05`, `∞`. */
export const numberText = (value: number): string => {
  if (Number.isFinite(value)) return String(Number(value.toPrecision(3))).replace("-", "−");
  return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
};

/** `0.05 [0.01, 0.09]`; the number alone where nothing is known of its interval. */
export const intervalText = (value: number, interval: readonly [number, number] | undefined): string =>
  interval === undefined ? numberText(value) : `${numberText(value)} [${interval.map(numberText).join(", ")}]`;

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

/** The value of an axis in a few words: `jsd beta 0.1` for `{ "type": "jsd", "beta": 0.1 }`, `small` for `{ "stage": "small" }`. At most 60 characters. */
export const valueText = (value: unknown): string => shortened(plain(value));

/** Time as `48 s` or `12.5 min`. */
export const timeText = (milliseconds: number): string =>
  milliseconds < 120_000 ? `${Math.round(milliseconds / 1000)} s` : `${(milliseconds / 60_000).toFixed(1)} min`;
