import { lostWork } from "../gpu/errors.js";
import { FINISHED } from "../ops/next_token.js";
import { SAMPLED_TOKEN } from "../ops/records.js";
/** No token has this id. */
const NO_TOKEN = 0xffffffff;
/** Makes the state in an arena, which is the owner's to destroy. */
export function createSequenceMemory(options, arena) {
    const { sequences: S, maxNewTokens: L, stopTokens } = options;
    const state = {
        position: arena.make("position", [S], "u32"),
        token: arena.make("token", [S], "u32"),
        done: arena.make("done", [S], "u32"),
        sequenceKey: arena.make("sequence_key", [S], "u32"),
        stopTokens: arena.make("stop_tokens", [Math.max(1, stopTokens.length)], "u32"),
        slots: arena.make("cache slots", [S], "u32"),
        completionTokens: arena.make("completion tokens", [S, L], "u32"),
        completionStatistics: arena.make("completion statistics", [S, L, SAMPLED_TOKEN.size], "f32"),
    };
    arena.write(state.stopTokens, Uint32Array.from(stopTokens.length > 0 ? stopTokens : [NO_TOKEN]));
    arena.write(state.slots, Uint32Array.from(Array(S).keys()));
    const layer = createLayers(arena, options);
    const readDone = arena.reader({ done: state.done });
    const readAll = arena.reader({ done: state.done, ids: state.completionTokens, statistics: state.completionStatistics });
    return {
        ...state,
        cache: (mode, sequence) => ({ mode, sequence, layer }),
        reset: (prompts) => {
            arena.write(state.position, Uint32Array.from(prompts, ({ ids }) => ids.length - 1));
            arena.write(state.sequenceKey, Uint32Array.from(prompts, ({ key }) => key));
            arena.write(state.done, new Uint32Array(prompts.length));
        },
        allDone: async (sequences, tokens) => {
            const done = new Uint32Array((await readDone()).done, 0, sequences);
            checkTokens(options, done, tokens);
            return done.every((tokens) => tokens >= FINISHED);
        },
        completions: async (sequences) => {
            const read = await readAll();
            const done = new Uint32Array(read.done, 0, sequences);
            checkTokens(options, done, L);
            const ids = new Uint32Array(read.ids);
            const statistics = new Float32Array(read.statistics);
            return Array.from({ length: sequences }, (_, s) => toCompletion(s, done[s], ids, statistics, options));
        },
    };
}
/** Every decode step gives each unfinished sequence a token, and a finished one has at least one. What is otherwise never ran. */
function checkTokens({ device, maxNewTokens }, done, tokens) {
    const isRight = (state) => state >= FINISHED ? state > FINISHED && state - FINISHED <= tokens : state === tokens && tokens < maxNewTokens;
    const wrong = done.findIndex((state) => !isRight(state));
    if (wrong === -1)
        return;
    const has = done[wrong] % FINISHED;
    throw lostWork(device, `a sequence has ${has} new tokens where ${tokens} were asked for`);
}
/** Keys and values of every layer of the model, made when the layer is first asked for. */
function createLayers(arena, { sequences: S, maxLength: P }) {
    const layers = new Map();
    return (owner, layout) => {
        const known = layers.get(owner);
        if (known)
            return known;
        const shape = [S, P, layout.keyValueHeads, layout.headDim];
        const fresh = { keys: arena.make(`keys ${layers.size}`, shape, "f32"), values: arena.make(`values ${layers.size}`, shape, "f32") };
        layers.set(owner, fresh);
        return fresh;
    };
}
function toCompletion(s, state, ids, statistics, options) {
    const { maxNewTokens: L, stopTokens } = options;
    const count = state % FINISHED;
    const tokens = Array.from(ids.subarray(s * L, s * L + count));
    const { size, column } = SAMPLED_TOKEN;
    const own = statistics.subarray(s * L * size, (s * L + count) * size);
    return {
        ids: tokens,
        logprobs: Float32Array.from(column(own, "logp")),
        entropies: Float32Array.from(column(own, "entropy")),
        finishReason: stopTokens.includes(tokens.at(-1)) ? "stop" : "length",
    };
}
