/** What an experiment file says of a teacher on a server. */
import { Type, type Static } from "@sinclair/typebox";
import { closedObject } from "../../plugins/closed-object.ts";

/** A server that speaks as vLLM does. */
export const TeacherServer = closedObject(
  {
    url: Type.String({
      minLength: 1,
      description: "Its address, without a version, for example http://127.0.0.1:8000.",
    }),
    model: Type.String({ minLength: 1, description: "Name of the teacher on that server." }),
    endpoint: Type.Union([Type.Literal("completions"), Type.Literal("generate")], {
      default: "completions",
      description:
        "completions: /v1/completions with prompt_logprobs. generate: /inference/v1/generate, which gives " +
        "the log-probs of chosen ids as one array.",
    }),
    tokenVariable: Type.Optional(
      Type.String({
        pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
        description:
          "Name of the environment variable that holds the server's bearer token; none is sent when left out.",
      }),
    ),
    connections: Type.Integer({ default: 8, minimum: 1, maximum: 256, description: "Most requests at once." }),
    timeout: Type.Integer({
      default: 120_000,
      minimum: 1,
      maximum: 3_600_000,
      description: "Most milliseconds of one request.",
    }),
  },
  { description: "A server that speaks as vLLM does, such as vLLM itself and retort serve-policy." },
);

/** Values of a server after defaults. */
export type TeacherServerValues = Static<typeof TeacherServer>;
