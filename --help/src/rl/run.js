import { checkProblems, checkStop, checkVocabulary } from "./problems.js";
import { longestPrompt } from "./sampling/sampler_for.js";
import { checkRewards } from "./scoring/rewards.js";
/** Tokens of the longest prompt that the run may sample from. */
export function longestPromptOf({ model, trainProblems, evalProblems }) {
    return Math.max(longestPrompt(model, trainProblems), longestPrompt(model, evalProblems));
}
/** Whether the samples of a step may need more than one pass. */
export function mayTakeSeveral(run) {
    const { prompts, completions } = run.config.grpo;
    return prompts * completions * longestSample(run) > run.config.grpo.microBatchRows;
}
/** The rows of the longest sample that there may be. */
function longestSample(run) {
    return longestPromptOf(run) + run.config.grpo.maxNewTokens - 1;
}
/** Refuses problems, rewards and a stop that cannot be trained on. @throws ConfigError, one line that names what is wrong and the remedy */
export function checkSubject(run) {
    checkProblems("the training problems", run.trainProblems);
    checkProblems("the held-out problems", run.evalProblems, { least: 0 });
    checkRewards(run.rewards);
    checkStop(run.stop);
    const prompts = [...run.trainProblems, ...run.evalProblems].map(({ prompt }) => prompt);
    checkVocabulary(run.model.tokenizer, prompts, run.stop);
}
/** The most rows of packed tokens in one pass over the samples of a step: at least those of the longest sample. */
export function passRows(run) {
    const { prompts, completions, microBatchRows } = run.config.grpo;
    const longest = longestSample(run);
    return Math.max(longest, Math.min(microBatchRows, prompts * completions * longest));
}
