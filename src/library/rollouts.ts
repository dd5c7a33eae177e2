/** Rollouts: completions of prompts, drawn, searched or streamed, and the router that has them scored. */
export { bestCompletions } from "../rollouts/sampling/best-completions.ts";
export type { BestCompletion, SearchOptions } from "../rollouts/sampling/best-completions.ts";
export { behaviors } from "../rollouts/behaviors/index.ts";
export type { BehaviorValues } from "../rollouts/behaviors/index.ts";
export type { Coordinates } from "../rollouts/sampling/coordinates.ts";
export { ordered } from "../rollouts/batches/order.ts";
export type { Ordered } from "../rollouts/batches/order.ts";
export type { PlacedPrompt, Rollout } from "../rollouts/batches/rollout.ts";
export { route } from "../rollouts/scoring/router.ts";
export type { Chunk, RouteOptions } from "../rollouts/scoring/router.ts";
export { FailedAnswer } from "../rollouts/scoring/scorer.ts";
export type { Failure, ScoredRollout, Scorer, Scorers } from "../rollouts/scoring/scorer.ts";
export { Sampler } from "../rollouts/sampling/sampler.ts";
export type {
  DrawingTeacher,
  DrawRequest,
  SamplerOptions,
  SearchRequest,
  Writer,
} from "../rollouts/sampling/sampler.ts";
export type { Completion } from "../rollouts/batches/rollout.ts";
export type { Shaping } from "../rollouts/decoding/shaping.ts";
export { Streamer } from "../rollouts/sampling/streamer.ts";
export type { StreamedTokens, StreamerOptions, StreamRequest } from "../rollouts/sampling/streamer.ts";
export { streamText } from "../rollouts/sampling/stream-text.ts";
export type { StreamedText } from "../rollouts/sampling/stream-text.ts";
export type { GenerationOptions, Mixed } from "../rollouts/decoding/generation-options.ts";
export type { BeamOptions } from "../rollouts/decoding/beam-options.ts";
export type { Behavior, Mixture } from "../rollouts/behaviors/behavior.ts";
export type { CallLimits, CallPass } from "../rollouts/scoring/call-limits.ts";
export type { Decode } from "../rollouts/sampling/stop-strings.ts";
export type { Span } from "../rollouts/scoring/timeline.ts";
