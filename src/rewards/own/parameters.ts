/** Parameters of a reward of one's own, checked against the schema that it states. */
import { Ajv, type ErrorObject } from "ajv";
import type { FreeParameters, ParametersSchema } from "./reward-function.ts";

const problemText = ({ instancePath, keyword, params, message }: ErrorObject, known: readonly string[]): string => {
  const at = instancePath === "" ? "" : `${instancePath}: `;
  if (keyword !== "additionalProperties") return `${at}${message}`;
  const { additionalProperty } = params as { readonly additionalProperty: string };
  const expected = instancePath === "" ? `one of ${known.join(", ")}` : "no other keys";
  return `${at}expected ${known.length === 0 ? "none" : expected}, got ${JSON.stringify(additionalProperty)}`;
};

/**
 * The parameters with the schema's defaults; as they are without a schema. An object schema that says nothing of
 * further keys has none. `RangeError` that says all that is wrong with them, and for a schema that is none.
 */
export const checkedParameters = (
  name: string,
  schema: ParametersSchema | undefined,
  given: FreeParameters,
): FreeParameters => {
  if (schema === undefined) return given;
  const closed = { type: "object", additionalProperties: false, ...schema };
  const { properties } = schema;
  const known = typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
  const parameters = structuredClone(given);
  const ajv = new Ajv({ useDefaults: true, allErrors: true, strict: false, ownProperties: true, logger: false });
  let validate: ReturnType<Ajv["compile"]>;
  try {
    validate = ajv.compile(closed);
  } catch (cause) {
    throw new RangeError(
      `${name}: expected a JSON schema of its parameters, got an error: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  if (validate(parameters)) return parameters;
  const problems = (validate.errors ?? []).map((error) => problemText(error, known));
  throw new RangeError(`${name}: its parameters do not fit: ${problems.join("; ")}`);
};
