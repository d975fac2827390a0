import { createController } from "../control/index.js";
import { ConfigError, refusal } from "../options/problems.js";
import { checkAgainstModel, parseTrainConfig } from "./config/index.js";
import { checkProblems, checkStop } from "./problems.js";
import { checkRewards, taskReward } from "./scoring/rewards.js";
import { createTrainer } from "./trainer.js";
/**
 * GRPO with entropy control on a model in memory: `for await (const step of trainer) console.log(step.reward)`.
 * Iterating goes on after the last step done and ends at `config.steps`. Plans are built when the first step or evaluation needs them.
 * A call while another of the same trainer runs is refused with EngineError and spoils nothing.
 * @throws ConfigError from the constructor, one line a problem, for an option that is unknown or out of range
 */
export class GRPOTrainer {
    config;
    controller;
    #options;
    #trainer;
    constructor(options) {
        const { seed, memory, eval: evaluation, ...grpo } = options.config ?? {};
        const name = "task" in options ? options.task.name : "own-problems";
        // Where a function tells classes, positions do not, because then every class would need its first position.
        const entropy = { ...(options.classOf && { classBy: "classOf" }), ...options.entropy };
        const given = { model: "in-memory", task: { name }, grpo, entropy, ...defined({ seed, memory, eval: evaluation }) };
        this.config = parseTrainConfig(given);
        this.controller = options.controller ?? createController(this.config.entropy);
        if (!("task" in options))
            checkOwnProblems(options);
        checkAgainstModel(this.config, options.model.module, this.controller);
        this.#options = options;
    }
    /** Does one step (rollout, rewards, advantages, update) and returns its metrics, completions and rewards. */
    async step() {
        return (await this.#built()).train();
    }
    async *[Symbol.asyncIterator]() {
        const trainer = await this.#built();
        while (trainer.step < this.config.grpo.steps)
            yield (await trainer.train()).metrics;
    }
    /** Measures pass@1, pass@k, greedy accuracy and entropy on the held-out problems. */
    async evaluate() {
        return (await this.#built()).evaluate();
    }
    /** What a run needs to go on, beside the parameters: `saveModel(dir, model, await trainer.save())`. */
    async save() {
        return (await this.#built()).save();
    }
    /** Goes on from what `save` gave. */
    async load(saved) {
        (await this.#built()).load(saved);
    }
    /** Frees the trainer's GPU memory; the model stays. */
    async destroy() {
        (await this.#trainer)?.destroy();
        this.#trainer = undefined;
    }
    #built() {
        if (this.#trainer)
            return this.#trainer;
        const { device, model, classOf, loss } = this.#options;
        const building = createTrainer({
            device,
            model,
            config: this.config,
            controller: this.controller,
            ...(classOf && { classOf }),
            ...(loss && { loss }),
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
function subjectOf(options) {
    const rewards = options.rewards?.map(named);
    if (!("task" in options)) {
        const { problems, evalProblems = problems, stop } = options;
        return { trainProblems: problems, evalProblems, stop, rewards: rewards ?? [] };
    }
    const { task } = options;
    return {
        trainProblems: task.problems("train"),
        evalProblems: task.problems("eval"),
        stop: task.stop,
        rewards: rewards ?? [taskReward(task)],
    };
}
/** Checks what a program gives in place of a task, whatever its types say: JavaScript has none. */
function checkOwnProblems({ problems, evalProblems, rewards, stop }) {
    checkProblems("problems", problems);
    if (evalProblems !== undefined)
        checkProblems("evalProblems", evalProblems, { least: 0 });
    if (!Array.isArray(rewards))
        throw new ConfigError([refusal("rewards", rewards, "a list of functions")]);
    checkRewards(rewards.map(named));
    checkStop(stop);
}
/** A bare function is shown in metrics under its own name. */
function named(reward, index) {
    return typeof reward === "function" ? { name: reward.name || `reward_${index}`, reward } : reward;
}
function defined(values) {
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
