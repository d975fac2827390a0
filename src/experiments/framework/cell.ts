import type { Device } from "../../gpu/device.ts";
import type { Metrics } from "../../report/metrics.ts";
import type { SftConfig, TrainConfig } from "../../rl/config/index.ts";
import type { PolicyModel } from "../../rl/model.ts";
import type { NamedReward } from "../../rl/scoring/rewards.ts";
import type { StepResult } from "../../rl/trainer.ts";
import type { Task } from "../../tasks/task.ts";

/** Where a cell's policy comes from: a checkpoint folder, or a warm start that cells share under its name. It may learn another task first. */
export type Start =
  | { readonly kind: "folder"; readonly dir: string }
  | { readonly kind: "warm start"; readonly name: string; readonly config: SftConfig; readonly task?: Task };

/** Measures of a policy that a study takes beside the evaluation, whenever there is one. */
export interface Probe {
  measure(): Promise<Readonly<Record<string, number>>>;
  destroy(): void;
}

export interface ProbeOptions {
  readonly device: Device;
  readonly model: PolicyModel;
  /** The policy as it was before training; it stays its owner's. */
  readonly start: PolicyModel;
  readonly task: Task;
  readonly config: TrainConfig;
}

/** One training run of a study. Its name is its folder below the study's, such as `seed-0/open-loop/alpha-0.45`. */
export interface Cell {
  readonly name: string;
  readonly task: Task;
  readonly start: Start;
  /** The configuration of `train`. Its `model` and `output` are not read. */
  readonly config: TrainConfig;
  /** Other tasks of the same alphabet to evaluate before and after training, by the names that metrics show them under. */
  readonly elsewhere?: Readonly<Record<string, { readonly name: string; readonly [option: string]: unknown }>>;
  /** Whether these are evaluated whenever the cell is, and not before and after alone. */
  readonly elsewhereAlong?: boolean;
  /** Reward functions that replace the task's own reward in training. */
  readonly rewards?: readonly NamedReward[];
  /** Whether evaluations score by the task's own reward although training does not. */
  readonly scoredByTask?: boolean;
  /** Says what to keep of every step beside its metrics, as plain data. */
  readonly observe?: (step: StepResult) => unknown;
  /** Evaluations take held-out problems from this one on, so that a search and the test see different ones. Default: the first. */
  readonly heldOutFrom?: number;
  /** Makes what is measured beside every evaluation; its names go into metrics.jsonl. */
  readonly probe?: (options: ProbeOptions) => Promise<Probe>;
  /** The cells whose results `tune` reads. Default: all before this one. */
  readonly needs?: readonly string[];
  /** Fills in what earlier cells found out, such as gains. It must not change steps and updates. */
  readonly tune?: (config: TrainConfig, earlier: CellResults) => TrainConfig;
}

/** What a cell measured. Step 0 holds the evaluation before training, and the last step also the evaluation after it. */
export interface CellResult {
  readonly config: TrainConfig;
  readonly metrics: readonly Metrics[];
  /** What the cell's `observe` said of each step. */
  readonly observations: readonly unknown[];
  /** Wall-clock time of the whole cell, its evaluations included. */
  readonly seconds: number;
  /** The versions of the sources that trained it, one for each session with another; undefined where they were not kept. */
  readonly versions?: readonly string[] | undefined;
}

export type CellResults = ReadonlyMap<string, CellResult>;

/** The work of a cell, for estimates of time. A rollout costs about as much as an update. */
export function workOf({ config: { grpo } }: Pick<Cell, "config">): number {
  return (grpo.steps * (1 + grpo.updatesPerRollout)) / 2;
}
