/** Rollouts: completions of prompts, drawn, searched or streamed, and the router that has them scored. */
export { bestCompletions } from "../rollouts/best-completions.ts";
export type { BestCompletion, SearchOptions } from "../rollouts/best-completions.ts";
export { behaviors } from "../rollouts/behaviors/index.ts";
export type { BehaviorValues } from "../rollouts/behaviors/index.ts";
export type { Coordinates } from "../rollouts/coordinates.ts";
export { ordered } from "../rollouts/order.ts";
export type { Rollout } from "../rollouts/rollout.ts";
export { route } from "../rollouts/router.ts";
export type { Chunk, RouteOptions, Scored, Scorer, Scorers } from "../rollouts/router.ts";
export { Sampler } from "../rollouts/sampler.ts";
export type { Completion, DrawRequest, SamplerOptions, Writer } from "../rollouts/sampler.ts";
export type { Shaping } from "../rollouts/shaping.ts";
export { Streamer } from "../rollouts/streamer.ts";
export type { StreamedTokens, StreamerOptions, StreamRequest } from "../rollouts/streamer.ts";
export { streamText } from "../rollouts/stream-text.ts";
export type { StreamedText } from "../rollouts/stream-text.ts";
