import { defineOp, shapeError } from "./define.js";
/** `done` counts the tokens generated so far; this bit of it is set when the sequence has finished. */
export const FINISHED = 0x80000000;
/** logits [S, V], sequence_key [S] u32, stop_tokens [M] u32 -> the state of each sequence, one token further. */
export const nextTokenOp = defineOp({
    name: "next_token",
    shape: (inputs) => {
        const { logits, completions, completion_statistics, position, token, done } = inputs;
        if (logits.shape.length !== 2 || completions.shape.length !== 2 || completion_statistics.shape.length !== 3) {
            throw shapeError("next_token", inputs, "logits [S, V], completions [S, L] and completion_statistics [S, L, 2]");
        }
        return {
            position: { inPlaceOf: position },
            token: { inPlaceOf: token },
            done: { inPlaceOf: done },
            completions: { inPlaceOf: completions },
            completion_statistics: { inPlaceOf: completion_statistics },
        };
    },
    forward: ({ inputs: { logits, sequence_key, stop_tokens }, outputs, attributes: { temperature, topK, topP, seed } }) => {
        const rows = logits.shape[0];
        const vocabulary = logits.size(1);
        const greedy = temperature === 0;
        return [
            {
                kernel: "sample/next_token",
                variant: { conditions: { VEC4: vocabulary % 4 === 0 } },
                bindings: { logits, sequence_key, stop_tokens, ...outputs },
                parameters: {
                    rows,
                    vocabulary,
                    length: outputs.completions.size(1),
                    stop_count: stop_tokens.size(0),
                    seed,
                    greedy: greedy ? 1 : 0,
                    top_k: greedy || topK >= vocabulary ? 0 : topK,
                    top_p: greedy ? 1 : topP,
                    inverse_temperature: greedy ? 1 : 1 / temperature,
                },
                workgroups: rows,
            },
        ];
    },
});
/** Samples a token for every sequence and appends it, all on the GPU; sequences that have finished stay as they are. */
export function nextToken(given, options) {
    const { logits, position, token, done, completions } = given;
    const state = { position, token, done, completions, completion_statistics: given.completionStatistics };
    nextTokenOp({ logits, sequence_key: given.sequenceKey, stop_tokens: given.stopTokens, ...state }, options);
}
