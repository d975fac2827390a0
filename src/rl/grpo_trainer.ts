import { type Controller, createController } from "../control/index.ts";
import { stopTexts } from "../data/stops.ts";
import type { Metrics } from "../report/metrics.ts";
import { checkAgainstModel, type OptionChange, parseBeside, type TrainConfig } from "./config/index.ts";
import type { Evaluation } from "./evaluation/evaluate.ts";
import { checkTrainerOptions, type GRPOTrainerOptions, isOfTask, named } from "./grpo_options.ts";
import { taskReward } from "./scoring/rewards.ts";
import { controllerWithTarget } from "./set_target.ts";
import { createTrainer, type StepResult, type Trainer } from "./trainer.ts";
import { checkReferenceModel } from "./trainer_reference.ts";

export type { EntropyOptions, GRPOConfig, GRPOTrainerOptions } from "./grpo_options.ts";

/**
 * GRPO with entropy control on a model in memory: `for await (const step of trainer) console.log(step.reward)`.
 * Iterating goes on after the last step done and ends at `config.steps`. Plans are built when the first step or evaluation needs them.
 * A call while another of the same trainer runs is refused with EngineError and spoils nothing.
 * @throws ConfigError from the constructor, one line a problem, for an option that is unknown, out of range or not what it must be
 */
export class GRPOTrainer implements AsyncIterable<Metrics> {
  #config: TrainConfig;
  readonly #given: TrainConfig;
  readonly controller: Controller;
  /** What `setTarget` has changed so far, as the list `changes` of a run's config.yaml. */
  readonly changes: OptionChange[] = [];
  readonly #options: GRPOTrainerOptions;
  #trainer: Promise<Trainer> | undefined;

  constructor(options: GRPOTrainerOptions) {
    checkTrainerOptions(options);
    const { seed, memory, eval: evaluation, ...grpo } = options.config ?? {};
    const name = isOfTask(options) ? options.task.name : "own-problems";
    // Where a function tells classes, positions do not, because then every class would need its first position.
    const entropy = { ...(options.classOf && { classBy: "classOf" }), ...options.entropy };
    const given = { model: "in-memory", task: { name }, grpo, entropy, ...defined({ seed, memory, eval: evaluation }) };
    this.#given = parseBeside(options, given);
    this.#config = this.#given;
    this.controller = options.controller ?? createController(this.config.entropy);
    checkAgainstModel(this.config, options.model.module, this.controller);
    checkReferenceModel(options);
    this.#options = options;
  }

  /** The configuration with every default filled in, and with what `setTarget` has changed. */
  get config(): TrainConfig {
    return this.#config;
  }

  /** Does one step (rollout, rewards, advantages, update) and returns its metrics, completions and rewards. */
  async step(): Promise<StepResult> {
    this.#options.signal?.throwIfAborted();
    const result = await (await this.#built()).train();
    await this.#options.onStep?.(result);
    return result;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Metrics> {
    // Whoever iterates may destroy the trainer meanwhile, and the next step is then the first of another.
    while ((await this.#built()).step < this.config.grpo.steps) yield (await this.step()).metrics;
  }

  /**
   * Steers towards another entropy from the next step on, in nats per token; metrics show it as `entropic/target`. The controller's other
   * options stay. `config` and `changes` record it. A trainer that loads the state takes the target of its own options.
   * @throws ConfigError for a target out of range, and for a controller that takes none
   */
  async setTarget(target: number): Promise<void> {
    const entropy = { ...this.#config.entropy, target };
    const config = parseBeside(this.#options, { ...this.#config, entropy });
    checkAgainstModel(config, this.#options.model.module, controllerWithTarget(this.controller, target));
    const trainer = await this.#built();
    await trainer.setTarget(target);
    const from = this.changes.at(-1)?.to ?? this.controller.options?.target;
    this.changes.push({ after: trainer.step, option: "entropy.target", from, to: target });
    this.#config = config;
  }

  /** Measures pass@1, pass@k, greedy accuracy and entropy on the held-out problems. */
  async evaluate(): Promise<Evaluation> {
    const trainer = await this.#built();
    const evaluation = await trainer.evaluate();
    await this.#options.onEvaluate?.(evaluation, trainer.step);
    return evaluation;
  }

  /** What a run needs to go on, beside the parameters: `saveModel(dir, model, await trainer.save())`. */
  async save(): ReturnType<Trainer["save"]> {
    return (await this.#built()).save();
  }

  /**
   * Goes on from what `save` gave, with a model that has the parameters of that step. It steers to the target of the options, and forgets what
   * `setTarget` changed.
   * @throws ConfigError, EngineError before anything changes, where that is not a state of this trainer, and with `beta` above 0 where only
   * `reference` can tell the starting policy
   */
  async load(saved: Parameters<Trainer["load"]>[0]): Promise<void> {
    (await this.#built()).load(saved);
    this.#forgetTargets();
  }

  /** Frees the trainer's GPU memory; the model stays. */
  async destroy(): Promise<void> {
    (await this.#trainer)?.destroy();
    this.#trainer = undefined;
  }

  /** A trainer that is built or loaded steers to the target of the options. */
  #forgetTargets(): void {
    this.#config = this.#given;
    this.changes.length = 0;
  }

  #built(): Promise<Trainer> {
    if (this.#trainer) return this.#trainer;
    this.#forgetTargets();
    const { device, model, reference, classOf, loss, onRewardFailure } = this.#options;
    const building = createTrainer({
      device,
      model,
      config: this.config,
      controller: this.controller,
      ...(reference && { reference }),
      ...(classOf && { classOf }),
      ...(loss && { loss }),
      ...(onRewardFailure && { onRewardFailure }),
      ...subjectOf(this.#options),
    });
    this.#trainer = building;
    // After a failure the next call tries again, and there is nothing to destroy.
    building.catch(() => {
      this.#trainer = undefined;
    });
    return building;
  }
}

type Subject = Pick<Parameters<typeof createTrainer>[0], "trainProblems" | "evalProblems" | "rewards" | "stop">;

function subjectOf(options: GRPOTrainerOptions): Subject {
  const rewards = options.rewards?.map(named);
  if (!isOfTask(options)) {
    const { problems, evalProblems = problems, stop } = options;
    return { trainProblems: problems, evalProblems, stop: stopTexts(stop), rewards: rewards ?? [] };
  }
  const { task } = options;
  return {
    trainProblems: task.problems("train"),
    evalProblems: task.problems("eval"),
    stop: stopTexts(task.stop),
    rewards: rewards ?? [taskReward(task)],
  };
}

function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
