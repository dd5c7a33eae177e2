/** Where the page is: the hash of its address, so that a link leads to what somebody sees and the back button works. */
import { useEffect, useState } from "preact/hooks";

/** A place of the page: `#/run/KEY?part=curves`. */
export interface Place {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    // A link that was cut off in the middle of a character.
    if (error instanceof URIError) return part;
    throw error;
  }
};

/** What a hash says; nothing for one that is a place within the page. */
const placeOf = (hash: string): Place | undefined => {
  if (!hash.startsWith("#/")) return undefined;
  const at = hash.indexOf("?");
  const path = at < 0 ? hash.slice(2) : hash.slice(2, at);
  return {
    path: path
      .split("/")
      .filter((part) => part !== "")
      .map(decoded),
    query: new URLSearchParams(at < 0 ? "" : hash.slice(at + 1)),
  };
};

/** The hash of a place; settings that are empty are left out. */
export const hrefOf = (path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== "") search.set(name, value);
  const text = search.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
};

/** A run's page. */
export const runHref = (key: string, query: Readonly<Record<string, string | undefined>> = {}): string =>
  hrefOf(["run", key], query);

/** Several runs beside each other; the page of the run where it is one. */
export const compareHref = (keys: readonly string[]): string =>
  keys.length === 1 ? runHref(keys[0]!) : hrefOf(["compare"], { runs: JSON.stringify(keys) });

const start: Place = { path: ["runs"], query: new URLSearchParams() };

let current = placeOf(location.hash) ?? start;

const listeners = new Set<() => void>();

const move = (place: Place): void => {
  current = place;
  for (const listener of listeners) listener();
};

/** Follows the address from now on. */
export const followAddress = (): void => {
  window.addEventListener("hashchange", () => {
    const place = placeOf(location.hash) ?? (location.hash === "" ? start : undefined);
    if (place !== undefined) move(place);
  });
};

/** Where the page is now. */
export const usePlace = (): Place => {
  const [place, setPlace] = useState(current);
  useEffect(() => {
    const listener = (): void => setPlace(current);
    listeners.add(listener);
    listener();
    return () => listeners.delete(listener);
  }, []);
  return place;
};

/** Changes settings of the place without a new entry of the history. */
export const setQuery = (changes: Readonly<Record<string, string>>): void => {
  const query = Object.fromEntries(current.query);
  const href = hrefOf(current.path, { ...query, ...changes });
  history.replaceState(history.state, "", href);
  move(placeOf(href) ?? start);
};

/** A setting that is part of the address; it is left out of it where it is `otherwise`. */
export const useQuery = (name: string, otherwise = ""): readonly [string, (value: string) => void] => [
  usePlace().query.get(name) ?? otherwise,
  (value) => setQuery({ [name]: value === otherwise ? "" : value }),
];

/** A list of texts in a setting; nothing where there is none, or something else. */
export const listIn = (text: string): readonly string[] | undefined => {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((item) => typeof item === "string") ? list : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};
