/**
 * A plug-in: one file that exports one definition. The import is the registry; a family's index lists its definitions.
 */
import type { Static, TObject } from "@sinclair/typebox";

/** One plug-in: its name in experiment files, its parameters as a schema, and how to make it. */
export interface Definition<Type extends string, Parameters extends TObject, Context, Product> {
  /** The value of `type` in an experiment file, kebab-case. */
  readonly type: Type;
  /** One sentence for the published JSON Schema. */
  readonly summary: string;
  /** TypeBox schema with `additionalProperties: false`, descriptions with units, and defaults. */
  readonly parameters: Parameters;
  /** Makes the part from validated parameters. Throws `RangeError` or `TypeError` for what a schema cannot say. */
  create(parameters: Static<Parameters>, context: Context): Product;
}

/** Fixes the types of a definition without repeating them. */
export const define = <Type extends string, Parameters extends TObject, Context, Product>(
  definition: Definition<Type, Parameters, Context, Product>,
): Definition<Type, Parameters, Context, Product> => definition;
