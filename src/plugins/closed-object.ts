/** Schemas of objects that may have the named properties and no others. */
import { Type, type ObjectOptions, type TObject, type TProperties } from "@sinclair/typebox";

/** A TypeBox object of these properties alone: a misspelt key is a mistake and not an option that is passed over. */
export const closedObject = <Properties extends TProperties>(
  properties: Properties,
  options: ObjectOptions = {},
): TObject<Properties> => Type.Object(properties, { additionalProperties: false, ...options });
