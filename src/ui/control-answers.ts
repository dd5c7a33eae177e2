/** What the page has done to runs, and what it is answered. */

/** What can be done to a run: `POST /api/control`. */
export interface ControlRequest {
  readonly run: string;
  /**
   * `stop`, which keeps the last whole step; `checkpoint` after this step; `resume` what stopped or failed; `variant`:
   * run its file with other values.
   */
  readonly action: "stop" | "checkpoint" | "resume" | "variant";
  /** Of a variant: `/objective/alpha=0.5`. */
  readonly overrides?: readonly string[];
}

/** What was done. */
export interface ControlAnswer {
  /** The command that does the same. */
  readonly command: string;
  /** What happens next. */
  readonly message: string;
}
