import { ConfigError, isMapping, refusal } from "../options/problems.js";
import { quoted, reasonOf } from "../options/quote.js";
/**
 * Refuses problems that cannot be trained on, before anything is built for them. `option` is the name that messages give the list.
 * @throws ConfigError naming the record, what is wrong with it, and the remedy
 */
export function checkProblems(option, problems, { least = 1 } = {}) {
    if (!Array.isArray(problems))
        throw new ConfigError([refusal(option, problems, 'a list of records such as { prompt: "1+1=" }')]);
    if (problems.length < least)
        throw new ConfigError([`${option} is empty; give at least one record such as { prompt: "1+1=" }`]);
    for (const [index, problem] of problems.entries()) {
        const wrong = problemOf(problem);
        if (wrong !== undefined)
            throw new ConfigError([`${option}.${index}${wrong}`]);
    }
}
/** What is wrong with one record, as the rest of a line that begins with its name. */
function problemOf(problem) {
    if (!isMapping(problem))
        return ` is ${quoted(problem)}; it must be a record such as { prompt: "1+1=" }`;
    const { prompt, tag } = problem;
    if (Array.isArray(prompt)) {
        return ".prompt is a list, as of a chat's messages; it must be a text: join the messages as the model's chat template does";
    }
    if (typeof prompt !== "string" || prompt === "") {
        return prompt === undefined
            ? ".prompt is missing; it must be a text that the model continues"
            : `.prompt is ${quoted(prompt)}; it must be a text of at least one character`;
    }
    return tag === undefined || typeof tag === "string" ? undefined : `.tag is ${quoted(tag)}; it must be a text, or left out`;
}
/**
 * Refuses prompts, and a text that ends completions, which the model's tokenizer cannot write.
 * @throws ConfigError with the tokenizer's reason, and what to do about it
 */
export function checkVocabulary(tokenizer, prompts, stop) {
    for (const text of [stop, ...prompts]) {
        try {
            tokenizer.encode(text, { specialTokens: text !== stop });
        }
        catch (error) {
            const remedy = "train on a task of this model's alphabet, or warm-start a model for this one with sft";
            throw new ConfigError([`this model cannot read the task: ${reasonOf(error).replace(/; remove it$/, "")}; ${remedy}`]);
        }
    }
}
/** Refuses a text that ends completions which is none. The empty text stands for none. */
export function checkStop(stop) {
    if (typeof stop === "string")
        return;
    throw new ConfigError([refusal("stop", stop, 'the text of the one token that ends a completion, such as "$", or "" where none does')]);
}
