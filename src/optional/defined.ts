/** Objects with properties that may be absent. */

/** `Values` whose properties that may be undefined are optional instead, and never undefined. */
export type Defined<Values extends object> = {
  [Name in keyof Values as undefined extends Values[Name] ? never : Name]: Values[Name];
} & { [Name in keyof Values as undefined extends Values[Name] ? Name : never]?: Exclude<Values[Name], undefined> };

/**
 * The properties of `values` that are not undefined, in their order: for objects in which absent and undefined differ.
 */
export const defined = <const Values extends object>(values: Values): Defined<Values> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<Values>;
