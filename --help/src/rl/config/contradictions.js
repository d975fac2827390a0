import { controllers, createController } from "../../control/index.js";
import { losses } from "../../loss/index.js";
import { contradictionsOf, ownOptions } from "../../options/define.js";
import { MOST } from "../../options/limits.js";
import { refusal, throwIfAny } from "../../options/problems.js";
import { advantages } from "../advantages/index.js";
/** The contradictions between options that are each inside their range, one line each. */
export function contradictions({ grpo, entropy, eval: evaluation }) {
    const problems = [...tooManySampled("grpo", grpo), ...tooManySampled("eval", evaluation)];
    const { comparesWithinGroups, leastCompletions } = advantages[grpo.advantage];
    const least = leastCompletions?.({ k: grpo.advantageK }) ?? 2;
    if (comparesWithinGroups && grpo.completions < least) {
        const why = `at least ${least} with advantage ${grpo.advantage}, which compares the completions of a prompt`;
        problems.push(refusal("grpo.completions", grpo.completions, why));
    }
    if (grpo.dynamicSampling > 0 && !comparesWithinGroups) {
        const why = `0 with advantage ${grpo.advantage}, which learns from groups of equal rewards too`;
        problems.push(refusal("grpo.dynamicSampling", grpo.dynamicSampling, why));
    }
    if (grpo.overlongBuffer > grpo.maxNewTokens) {
        problems.push(refusal("grpo.overlongBuffer", grpo.overlongBuffer, `at most grpo.maxNewTokens (${grpo.maxNewTokens})`));
    }
    if (grpo.maxNewTokens >= grpo.microBatchRows) {
        const why = `above maxNewTokens (${grpo.maxNewTokens}), so that a whole sequence fits in one pass`;
        problems.push(refusal("grpo.microBatchRows", grpo.microBatchRows, why));
    }
    return [
        ...problems,
        ...decayProblems("grpo", grpo),
        ...methodProblems("grpo", losses[grpo.loss], grpo),
        ...methodProblems("entropy", controllers[entropy.controller], entropy),
    ];
}
/** Whether prompts and completions, each in its range, make more completions at a time than can be meant. */
export function tooManySampled(section, { prompts, completions }) {
    if (prompts * completions <= MOST.sampled)
        return [];
    const why = `at most ${Math.floor(MOST.sampled / prompts)} with ${prompts} prompts, so that ${MOST.sampled} are sampled at a time`;
    return [refusal(`${section}.completions`, completions, why)];
}
/** A weight decay that would take more than the whole of a weight away in a step, so that weights alternate and grow. */
export function decayProblems(section, { learningRate, weightDecay }) {
    if (learningRate * weightDecay <= 1)
        return [];
    return [refusal(`${section}.weightDecay`, weightDecay, `at most 1 / learningRate (${1 / learningRate})`)];
}
function methodProblems(section, declaration, options) {
    // The declarations of a registry differ in the type of their options, and each checks its own.
    const known = declaration;
    return contradictionsOf(section, known, ownOptions(known, options));
}
/** Checks a configuration against its model: entropy targets against ln V, and lengths against the context. Throws ConfigError. */
export function checkAgainstModel(config, model, { holds } = createController(config.entropy)) {
    const problems = targetsAbove(holds, model.vocabSize);
    if (config.grpo.maxNewTokens >= model.contextLength) {
        const why = `below ${model.contextLength}, this model's context, which also holds the prompt`;
        problems.push(refusal("grpo.maxNewTokens", config.grpo.maxNewTokens, why));
    }
    throwIfAny(problems);
}
/** Targets that lie above ln V, the entropy of a uniform choice among a model's V tokens. */
function targetsAbove(holds, vocabSize) {
    const highest = Math.log(vocabSize);
    const why = `at most ln ${vocabSize} = ${highest.toFixed(4)}, the entropy of a uniform choice among this model's tokens`;
    return holds.flatMap(({ option, nats }) => (nats !== undefined && nats > highest ? [refusal(`entropy.${option}`, nats, why)] : []));
}
