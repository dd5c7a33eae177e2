/**
 * A plug-in: one file that exports one definition. The import is the registry; a family's index lists its definitions.
 */
import type { Kind, Static, TObject, TProperties } from "@sinclair/typebox";

/** Schemas by the names of parameters: an object, but not the schema of one. */
export type ParameterSchemas = TProperties & { readonly [Kind]?: never };

/** The values of a plug-in's parameters, as its schemas give them. */
export type ParametersOf<Parameters extends ParameterSchemas> = Static<TObject<Parameters>>;

/**
 * What the function behind a plug-in takes: the values of its schemas, all of them optional, and `Parts`, which are
 * made from values of the same names, such as a divergence.
 */
export type WithParts<Values, Parts> = Partial<Omit<Values, keyof Parts>> & Parts;

/** One plug-in: its name in experiment files, its parameters as a schema, and how to make it. */
export interface Definition<Type extends string, Parameters extends ParameterSchemas, Context, Product> {
  /** The value of `type` in an experiment file, kebab-case. */
  readonly type: Type;
  /** One sentence for the published JSON Schema. */
  readonly summary: string;
  /** The TypeBox schema of each, with its description, unit and default. Other keys are mistakes. */
  readonly parameters: Parameters;
  /** Makes the part from validated parameters. Throws `RangeError` or `TypeError` for what a schema cannot say. */
  create(parameters: ParametersOf<Parameters>, context: Context): Product;
}

/** Fixes the types of a definition without repeating them. */
export const define = <Type extends string, Parameters extends ParameterSchemas, Context, Product>(
  definition: Definition<Type, Parameters, Context, Product>,
): Definition<Type, Parameters, Context, Product> => definition;
