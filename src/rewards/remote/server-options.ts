/** What an experiment file says of a server that a reward asks. */
import { Type } from "@sinclair/typebox";
import type { ParametersOf } from "../../plugins/definition.ts";
import { jsonClient, type JsonClient } from "../../remote/client.ts";

/** Parameters of every reward that asks a server, beside its address. */
export const serverParameters = {
  tokenVariable: Type.Optional(
    Type.String({
      pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
      description: "Name of the environment variable that holds the server's bearer token; none is sent when left out.",
    }),
  ),
  connections: Type.Integer({ default: 4, minimum: 1, maximum: 256, description: "Most requests at once." }),
  timeout: Type.Integer({
    default: 60_000,
    minimum: 1,
    maximum: 3_600_000,
    description: "Most milliseconds of one request.",
  }),
};

type ServerValues = { readonly url: string } & ParametersOf<typeof serverParameters>;

/** A client of the server that the values name. `RangeError` as `jsonClient`. */
export const serverClient = ({ url, tokenVariable, connections, timeout }: ServerValues): JsonClient =>
  jsonClient({ name: "reward", url, tokenVariable, connections, timeout, largest: 2 ** 24 });
