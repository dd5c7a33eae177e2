/** Where in the user's own source something went wrong: what a module throws names its line there. */
import { dirname, relative, sep } from "node:path";
import type { ModuleCode } from "./module-code.ts";

type Sources = Pick<ModuleCode, "file" | "sources">;

type Call = (...args: never[]) => unknown;

/** Frames that errors keep once a module is loaded: a library's own come before the user's. */
const framesKept = 50;

/** Makes errors name the lines of the user's files, however deep in a library they are thrown. */
export const keepUserFrames = (): void => {
  process.setSourceMapsEnabled(true);
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, framesKept);
};

/** `path:line:column` of the innermost frame in the module's own files; the path is from the module's folder. */
const frameIn = (stack: string, { file, sources }: Sources): string | undefined => {
  const paths = Object.keys(sources);
  for (const line of stack.split("\n")) {
    const path = line.trimStart().startsWith("at ") ? paths.find((one) => line.includes(`${one}:`)) : undefined;
    if (path === undefined) continue;
    const [, place] = /^:(\d+:\d+)\)?$/u.exec(line.slice(line.indexOf(`${path}:`) + path.length)) ?? [];
    if (place !== undefined) return `${relative(dirname(file), path).replaceAll(sep, "/")}:${place}`;
  }
  return undefined;
};

/** Errors that say their line: one that passes through several modules keeps the innermost. */
const told = new WeakSet<Error>();

/** What a module threw, with the line of the user's in its message; as it is where no frame is the user's. */
export const located = (thrown: unknown, code: Sources): unknown => {
  if (!(thrown instanceof Error) || told.has(thrown)) return thrown;
  const frame = frameIn(thrown.stack ?? "", code);
  if (frame === undefined) return thrown;
  told.add(thrown);
  const message = `${thrown.message} (at ${frame})`;
  // Some, such as those of aborted requests, have a message that cannot be assigned.
  Reflect.defineProperty(thrown, "message", { value: message, configurable: true, writable: true, enumerable: false });
  return thrown;
};

/** Calls a function of a module's; what it throws, at once or later, says the line. */
export const calling = <Result>(code: Sources, call: () => Result): Result => {
  try {
    const result = call();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw located(error, code);
    }) as Result;
  } catch (error) {
    throw located(error, code);
  }
};

/** Names of an object's properties, those of its class included. */
const namesOf = (object: object): readonly string[] => {
  const above: unknown = Object.getPrototypeOf(object);
  const inherited = above === null || above === Object.prototype ? [] : namesOf(above as object);
  const all = [...Object.getOwnPropertyNames(object), ...inherited].filter((name) => name !== "constructor");
  return [...new Set(all)];
};

/**
 * What a module made, with functions that say the line where they throw; also those of the objects in it that `inner`
 * names. Everything else is read from what was made when it is asked for.
 */
export const withLines = (made: object, code: Sources, inner: readonly string[] = []): object => {
  const calls = new WeakMap<object, unknown>();
  const kept = <Key extends object>(key: Key, make: () => unknown): unknown => {
    if (!calls.has(key)) calls.set(key, make());
    return calls.get(key);
  };
  const read = (name: string): unknown => {
    const value: unknown = Reflect.get(made, name);
    if (typeof value === "function")
      return kept(
        value,
        () =>
          (...args: never[]): unknown =>
            calling(code, (): unknown => Reflect.apply(value as Call, made, args)),
      );
    if (typeof value !== "object" || value === null || !inner.includes(name)) return value;
    return kept(value, () => withLines(value, code));
  };
  const properties = namesOf(made).map((name) => [name, { get: () => read(name), enumerable: true }] as const);
  return Object.defineProperties({}, Object.fromEntries(properties));
};
