import type { Contest } from "./contest.ts";
import type { Trial } from "./trial.ts";

/** A question about an adapter: which of several ways to compute the same thing is to be used. */
export interface TuneRequest {
  /** Names the question: requests with the same key share an answer. */
  readonly key: string;
  /** Requests with the same timeKey share times, but each has its own checks. Left out: the key. */
  readonly timeKey?: string | undefined;
  /** The best guess comes first. A candidate is checked before it is used; where tuning is on, candidates are also timed. */
  readonly candidates: readonly Candidate[];
  /** What is timed; its entrants have the candidates' names. Only where there are several. */
  readonly contest?: (() => Contest) | undefined;
  /** Whether candidates give different bits. Then only a mode that times "all" does not take the best guess. */
  readonly changesBits?: boolean | undefined;
}

export interface Candidate {
  readonly name: string;
  /** The library's kernels that the candidate launches. When their text changes, stored results about them no longer count. */
  readonly kernels: readonly string[];
  /** Names the check: candidates of several requests may share one. */
  readonly checkKey: string;
  /** A small problem whose answer is known. Left out: the candidate is trusted. */
  readonly check?: (() => Trial) | undefined;
}
