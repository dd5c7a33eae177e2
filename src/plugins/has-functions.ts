/** Whether a value of a stranger's code has the functions that a contract asks for. */

/** True when each of `names` is a function of the value. */
export const hasFunctions = (value: object, ...names: readonly string[]): boolean =>
  names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function");
