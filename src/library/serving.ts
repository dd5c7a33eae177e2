/** Serving: policies and rewards for other processes, over HTTP. */
export { serveJson } from "../remote/server.ts";
export { RefusedRequest } from "../remote/refused-request.ts";
export type { JsonServer, Patience, Route, ServedRequest, ServerOptions } from "../remote/server.ts";
export { openServedPolicy } from "../serving/open-policy.ts";
export type { OpenedPolicy, OpenPolicyOptions } from "../serving/open-policy.ts";
export { rewardRoutes } from "../serving/reward-routes.ts";
