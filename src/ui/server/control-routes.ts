/** `POST /api/control` does something to a run, `POST /api/command` says which command would. */
import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Type } from "@sinclair/typebox";
import { closedObject } from "../../plugins/closed-object.ts";
import type { Json } from "../../files/json.ts";
import { checkerOf } from "../../sweeps/planning/checked-file.ts";
import type { ControlRequest } from "../control-answers.ts";
import type { WatchedRuns } from "../answering/watched-runs.ts";
import { commandFor, perform, type ControlOptions } from "./control.ts";
import { refuse } from "./guard.ts";
import { QueryError, runNamed } from "./queries.ts";

/** Most bytes of a request. */
const largest = 100_000;

const override = Type.String({ minLength: 1, maxLength: 10_000, pattern: "^/[^=\\n]*=" });

const check = checkerOf<ControlRequest>(
  closedObject({
    run: Type.String({ minLength: 1, maxLength: 4096 }),
    action: Type.Union(["stop", "checkpoint", "resume", "variant"].map((action) => Type.Literal(action))),
    overrides: Type.Optional(Type.Array(override, { maxItems: 100 })),
  }),
);

const requestIn = async (context: Context): Promise<ControlRequest> => {
  // A form of another page cannot send this type without asking first.
  if (!/^application\/json\b/iu.test(context.req.header("content-type") ?? ""))
    throw new QueryError(400, "expected a document of type application/json, got another");
  let document: Json;
  try {
    document = (await context.req.json()) as Json;
  } catch {
    throw new QueryError(400, "expected JSON, got something else");
  }
  const checked = check(document);
  if ("values" in checked) return checked.values;
  const { pointer, message } = checked.mistakes[0]!;
  throw new QueryError(400, `${pointer}: ${message}`);
};

/** Adds the routes. */
export const addControls = (app: Hono, runs: WatchedRuns, options: ControlOptions): void => {
  const limit = bodyLimit({
    maxSize: largest,
    onError: (context) => {
      // The rest of what is sent is not read.
      context.header("connection", "close");
      return refuse(context, 413, `expected at most ${largest} bytes, got more`);
    },
  });
  const post = (path: string, answer: (request: ControlRequest) => Promise<object>) =>
    app.post(path, limit, async (context) => {
      try {
        const request = await requestIn(context);
        await runs.refresh();
        return context.json(await answer(request));
      } catch (error) {
        if (error instanceof QueryError) return refuse(context, error.status, error.message);
        return refuse(context, 409, error instanceof Error ? error.message : String(error));
      }
    });
  post("/api/control", (request) => perform(runNamed(runs, request.run), request, options));
  post("/api/command", async (request) => ({ command: await commandFor(runNamed(runs, request.run), request) }));
};
