import type { Metrics } from "../report/metrics.ts";
import type { TrainConfig } from "../rl/config/index.ts";

/** A study as plain data, from which a job makes the same cells as the process that started it. */
export interface StudyOrder {
  readonly study: string;
  readonly settings: unknown;
  readonly shipped: unknown;
  readonly quick: boolean;
  /** Where the cells' folders are. */
  readonly dir: string;
  /** The option --adapter. */
  readonly adapter: string;
  /** Whether runs with other settings are replaced. */
  readonly overwrite: boolean;
}

/** What a job is told. */
export type ToJob =
  | { readonly kind: "open"; readonly order: StudyOrder }
  | { readonly kind: "run"; readonly cell: string; readonly config: TrainConfig }
  | { readonly kind: "stop" };

/** What a job tells. */
export type FromJob =
  | { readonly kind: "ready"; readonly adapter: string }
  | { readonly kind: "metrics"; readonly metrics: Metrics }
  | { readonly kind: "warm-up"; readonly step: number; readonly steps: number }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly name: string; readonly message: string };
