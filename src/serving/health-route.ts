/** `/health` of a server whose answers come from a thread. */
import { RefusedRequest } from "../remote/refused-request.ts";
import type { Route } from "../remote/server.ts";
import type { Handlers } from "../workers/messages.ts";
import type { Restarting } from "../workers/restarting.ts";

/**
 * `GET /health`: 200 while the thread takes calls; else 503, and the thread is started again. 200 for one that does not
 * say whether it does.
 */
export const healthRoute = (thread: Partial<Pick<Restarting<Handlers>, "alive">>): Route => ({
  method: "GET",
  path: "/health",
  always: true,
  async answer() {
    if (thread.alive?.() ?? true) return {};
    throw new RefusedRequest(503, "expected a thread that answers, got none; it is started again, try again", {
      "retry-after": "1",
    });
  },
});
