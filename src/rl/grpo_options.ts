import type { Controller } from "../control/index.ts";
import type { StopTexts } from "../data/stops.ts";
import type { Device } from "../gpu/device.ts";
import type { PolicyLoss } from "../loss/index.ts";
import { ConfigError, isMapping, nearestWord, refusal, requireKnownOptions } from "../options/problems.ts";
import { listed } from "../options/quote.ts";
import { tasks } from "../tasks/index.ts";
import type { Problem, Task } from "../tasks/task.ts";
import { listOptions, type TrainConfig } from "./config/index.ts";
import { trainerHint } from "./config/trl_names.ts";
import type { Evaluation } from "./evaluation/evaluate.ts";
import { checkDevice, checkFunctions, checkModel, checkShape, checkSignal } from "./given.ts";
import { checkMethods } from "./given_methods.ts";
import type { TokenClassFunction } from "./learning/token_classes.ts";
import type { PolicyModel } from "./model.ts";
import { checkProblems, checkStop } from "./problems.ts";
import { rewardFunctions } from "./rewards/index.ts";
import { checkRewards, type NamedReward, type RewardFailure, type RewardFunction } from "./scoring/rewards.ts";
import type { StepResult } from "./trainer.ts";

/** The options of a configuration's section `grpo`, with `seed`, `memory` and the section `eval` beside them. */
export type GRPOConfig = Partial<TrainConfig["grpo"]> & {
  readonly seed?: number;
  readonly memory?: TrainConfig["memory"];
  readonly eval?: Partial<TrainConfig["eval"]>;
};

/** The options of a configuration's section `entropy`: a controller by name with its options, and the gate. */
export type EntropyOptions = Partial<TrainConfig["entropy"]>;

interface Common {
  readonly device: Device;
  readonly model: PolicyModel;
  /**
   * The policy that `beta` measures against; it stays yours, and none of its bits changes. Left out: the base of a model with adapters, else
   * the model as it is when the first call of a method needs it. A trainer that goes on from `load` needs the model that the run began with.
   */
  readonly reference?: PolicyModel;
  /** Such as `{ target: 0.3, gate: "probability" }`. Left out: the defaults of docs/configuration.md. */
  readonly entropy?: EntropyOptions;
  /** `entropic({ target: 0.3 })`, or one of your own; it wins over the one that `entropy` names. */
  readonly controller?: Controller;
  /** Names each token's class, one of `entropy: { classes: [...] }`. Left out: position or a column tells the class, as `classBy` says. */
  readonly classOf?: TokenClassFunction;
  /** `losses.sapo({ sapoPositive: 2 })`, or one of your own. It wins over the one that `config` names. */
  readonly loss?: PolicyLoss;
  /** Left out: the defaults of docs/configuration.md. */
  readonly config?: GRPOConfig;
  /** Is told of every step that is done; what it returns is awaited. Such as `onStep: ({ metrics }) => console.log(metrics.reward)`. */
  readonly onStep?: (result: StepResult) => void | Promise<void>;
  /** Is told of every evaluation, after `step` steps; what it returns is awaited. */
  readonly onEvaluate?: (evaluation: Evaluation, step: number) => void | Promise<void>;
  /** Is told of every prompt that a reward function with `onError: "unscored"` could not score. */
  readonly onRewardFailure?: (failure: RewardFailure) => void;
  /**
   * Ends training between two steps: once it is aborted, `step` and iterating throw its reason before they begin a step. A step that runs is
   * finished. `save` and `evaluate` still work, and another trainer goes on from what `save` gives.
   */
  readonly signal?: AbortSignal;
}

/** What to learn: a task, or problems of one's own with at least one reward function. `rewards` beside a task replace the task's reward. */
export type GRPOTrainerOptions = Common &
  (
    | { readonly task: Task; readonly rewards?: readonly (RewardFunction | NamedReward)[] }
    | {
        readonly problems: readonly Problem[];
        /** The problems that `evaluate` measures on; the training problems when left out. */
        readonly evalProblems?: readonly Problem[];
        readonly rewards: readonly (RewardFunction | NamedReward)[];
        /** Text that ends a completion, or several; it is part of the completion. The model's own end tokens end one too. */
        readonly stop: StopTexts;
      }
  );

/** Every option, whichever of the two ways to say what to learn it belongs to. */
const OPTIONS = {
  device: true,
  model: true,
  reference: true,
  task: true,
  problems: true,
  evalProblems: true,
  rewards: true,
  stop: true,
  config: true,
  entropy: true,
  controller: true,
  classOf: true,
  loss: true,
  onStep: true,
  onEvaluate: true,
  onRewardFailure: true,
  signal: true,
} as const satisfies Record<KeyOfAny<GRPOTrainerOptions>, true>;

type KeyOfAny<Union> = Union extends unknown ? keyof Union : never;
type OfTask = Extract<GRPOTrainerOptions, { readonly task: Task }>;

/** Whether a task says what to learn. */
export function isOfTask(options: GRPOTrainerOptions): options is OfTask {
  return "task" in options && options.task !== undefined;
}

/**
 * Checks what a program gives, whatever its types say: JavaScript has none. What stands in `config` and `entropy` is checked by their schema.
 * @throws ConfigError
 */
export function checkTrainerOptions(options: GRPOTrainerOptions): void {
  requireKnownOptions("GRPOTrainer", options, Object.keys(OPTIONS), hintOf);
  const { device, model, reference, config = {}, signal, classOf, onStep, onEvaluate, onRewardFailure } = options;
  checkDevice(device);
  checkModel("model", model);
  if (reference !== undefined) checkModel("reference", reference);
  checkSignal(signal);
  checkFunctions({ classOf, onStep, onEvaluate, onRewardFailure });
  checkMethods(options);
  if (!isMapping(config)) throw new ConfigError([refusal("config", config, "a mapping such as { steps: 100, learningRate: 1e-5 }")]);
  if (isOfTask(options)) checkTask(options);
  else checkOwnProblems(options);
}

/** What is known of an option that stands in a section here, or that has another name in TRL. */
function hintOf(key: string): string | undefined {
  const sections = ["", "grpo.", "entropy."].map((section) => `${section}${key}`);
  const path = listOptions("train").find((option) => sections.includes(option.path))?.path;
  if (path === undefined) return trainerHint(key);
  return `did you mean ${path.startsWith("entropy.") ? path : `config.${key}`}?`;
}

/** Options of one's own problems, which a task has itself. */
const OWN = ["problems", "evalProblems", "stop"];

function checkTask({ task, rewards, ...others }: OfTask): void {
  const beside = OWN.filter((option) => (others as Readonly<Record<string, unknown>>)[option] !== undefined);
  if (beside.length > 0) throw new ConfigError([`task has its own ${listed(beside)}; leave task out, or ${beside.join(" and ")}`]);
  const lack = ["name", "problems", "reward", "stop"].find((part) => !(isMapping(task) && part in task));
  const name = typeof task === "string" && Object.hasOwn(tasks, task) ? task : "countdown";
  const allowed = `a task, such as tasks.${name}()`;
  if (isMapping(task) && lack !== undefined && !("then" in task)) {
    throw new ConfigError([`task is a mapping without ${lack}; it must be ${allowed}`]);
  }
  checkShape("task", task, lack === undefined, allowed);
  if (rewards !== undefined) checkGivenRewards(rewards);
}

function checkOwnProblems({ problems, evalProblems, rewards, stop }: Exclude<GRPOTrainerOptions, OfTask>): void {
  if (problems === undefined) {
    throw new ConfigError([refusal("task", undefined, "a task, such as tasks.countdown(), or give problems, rewards and stop")]);
  }
  checkProblems("problems", problems);
  if (evalProblems !== undefined) checkProblems("evalProblems", evalProblems, { least: 0 });
  checkGivenRewards(rewards);
  checkStop(stop);
}

function checkGivenRewards(rewards: NonNullable<GRPOTrainerOptions["rewards"]>): void {
  if (!Array.isArray(rewards)) throw new ConfigError([refusal("rewards", rewards, "a list of functions")]);
  const index = rewards.findIndex((reward) => typeof reward === "string");
  if (index >= 0) throw new ConfigError([nameOfReward(index, rewards[index])]);
  checkRewards(rewards.map(named));
}

/** Configurations name rewards; programs make them. */
function nameOfReward(index: number, given: string): string {
  const known = Object.keys(rewardFunctions);
  const name = nearestWord(given, known);
  const calls = known.map((one) => `rewardFunctions.${one}()`);
  const hint = name === undefined ? `its names are ${listed(calls)}` : `did you mean rewardFunctions.${name}()?`;
  return `${refusal(`rewards.${index}`, given, "a function, or { name, reward, weight }")}; ${hint}`;
}

/** A bare function is shown in metrics under its own name. */
export function named(reward: RewardFunction | NamedReward, index: number): NamedReward {
  return typeof reward === "function" ? { name: reward.name || `reward_${index}`, reward } : reward;
}
