import { FileError } from "../io/file_error.js";
import { isMapping } from "../options/problems.js";
import { quoted } from "../options/quote.js";
/** No vocabulary is larger; a table of embeddings has a row for each id below the largest. */
const MOST_TOKENS = 2 ** 24;
/**
 * Refuses a tokenizer.json whose ids are no ids: each must be a whole number from 0, below 2^24, and belong to one token alone.
 * @throws FileError naming the token and its id
 */
export function checkVocabulary({ model, added_tokens: added = [] }, name) {
    const { vocab } = isMapping(model) ? model : { vocab: undefined };
    if (!isMapping(vocab) && !isPairs(vocab)) {
        throw new FileError(`${name}: model.vocab is ${Array.isArray(vocab) ? "a list of other things than pairs" : quoted(vocab)}; ${FAST}.`);
    }
    if (!Array.isArray(added) || !added.every(isAddedToken)) {
        throw new FileError(`${name}: added_tokens is ${quoted(added)}; it must be a list of objects with id and content.`);
    }
    const tokenOf = new Map();
    const take = (token, id) => {
        if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= MOST_TOKENS) {
            throw new FileError(`${name}: token ${quoted(token)} has the id ${quoted(id)}; it must be a whole number from 0 to ${MOST_TOKENS - 1}.`);
        }
        const other = tokenOf.get(id);
        if (other !== undefined && other !== token) {
            throw new FileError(`${name}: tokens ${quoted(other)} and ${quoted(token)} both have the id ${id}; give each its own.`);
        }
        tokenOf.set(id, token);
    };
    if (isMapping(vocab))
        for (const [token, id] of Object.entries(vocab))
            take(token, id);
    else
        for (const [id, [token]] of vocab.entries())
            take(token, id);
    for (const { content, id } of added)
        take(content, id);
    if (tokenOf.size === 0)
        throw new FileError(`${name} has no tokens; ${FAST}.`);
}
const FAST = "save the tokenizer as a fast tokenizer, whose model.vocab gives tokens their ids";
/** The vocabulary of a Unigram model: tokens with their scores, in the order of their ids. */
function isPairs(vocab) {
    return Array.isArray(vocab) && vocab.every((pair) => Array.isArray(pair) && typeof pair[0] === "string" && typeof pair[1] === "number");
}
function isAddedToken(token) {
    return isMapping(token) && typeof token.content === "string";
}
