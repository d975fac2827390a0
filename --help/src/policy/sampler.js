import { EngineError } from "../gpu/errors.js";
import { createExclusive } from "../gpu/exclusive.js";
import { explained } from "../gpu/explain.js";
import { submitPass } from "../gpu/launch.js";
import { build } from "../gpu/parts.js";
import { buildPlan } from "../graph/plan.js";
import { runScalar } from "../graph/scalar.js";
import { rowsOf } from "../graph/tensor.js";
import { input } from "../graph/trace.js";
import { assertOnDevice } from "../nn/on_device.js";
import { inputRows, packRows } from "../nn/rows.js";
import { embedding } from "../ops/embedding.js";
import { matmul } from "../ops/matmul/op.js";
import { nextToken } from "../ops/next_token.js";
import { createArena } from "./arena.js";
import { chunksOf } from "./chunks.js";
import { createSequenceMemory } from "./sequence_memory.js";
/** Decode steps in one submission. After each submission the host reads back which sequences have finished. */
const STEPS_PER_SUBMIT = 16;
/** Builds prefill and decode plans over a key-value cache; everything from logits to the next input token stays on the GPU. */
export async function createSampler(options) {
    const { device, model, maxNewTokens } = options;
    if (options.maxLength > model.contextLength) {
        throw new EngineError(`sequences of ${options.maxLength} tokens exceed the model's context of ${model.contextLength}; shorten the prompt or maxNewTokens`);
    }
    assertOnDevice(device, model, "the sampler");
    const { memory, prefill, decode, destroy } = await build(async (own) => {
        const memory = createSequenceMemory(options, own(createArena(device)));
        const prefill = own(await buildPlan(device, "prefill", () => tracePrefill(options, memory)));
        const decode = own(await buildPlan(device, "decode", () => traceDecode(options, memory)));
        return { memory, prefill, decode };
    });
    const run = async (prompts, seed) => {
        const uploads = packPrompts(prompts);
        memory.reset(prompts);
        const scalars = { sequences: prompts.length, rows: uploads.rows, seed };
        prefill.run({ scalars, inputs: uploads.inputs });
        for (let done = 1; done < maxNewTokens; done += STEPS_PER_SUBMIT) {
            const steps = Math.min(STEPS_PER_SUBMIT, maxNewTokens - done);
            submitPass(device, "decode", (recording) => {
                for (let step = 0; step < steps; step += 1)
                    decode.encode(recording, scalars);
            });
            if (done + steps < maxNewTokens && (await memory.allDone(prompts.length, done + steps)))
                break;
        }
        return memory.completions(prompts.length);
    };
    const alone = createExclusive("the sampler");
    return {
        generate: (prompts, seed) => alone(() => explained(device, "generate()", async () => {
            const completions = [];
            for (const batch of batchesOf(prompts, options))
                completions.push(...(await run(batch, seed)));
            return completions;
        })),
        destroy,
    };
}
function batchesOf(prompts, options) {
    const longest = Math.min(options.maxLength - options.maxNewTokens, options.promptRows);
    const batches = [];
    let rows = 0;
    for (const prompt of prompts) {
        const length = prompt.ids.length;
        if (length === 0 || length > longest) {
            throw new EngineError(`a prompt has ${length} tokens; it must have 1 to ${longest}, beside ${options.maxNewTokens} new ones`);
        }
        const current = batches.at(-1);
        if (!current || current.length === options.sequences || rows + length > options.promptRows) {
            batches.push([prompt]);
            rows = length;
        }
        else {
            current.push(prompt);
            rows += length;
        }
    }
    return batches;
}
function packPrompts(prompts) {
    const lengths = prompts.map((prompt) => prompt.ids.length);
    const rows = lengths.reduce((a, b) => a + b, 0);
    const slot = new Uint32Array(rows);
    const last = new Uint32Array(prompts.length);
    let row = 0;
    prompts.forEach((prompt, s) => {
        slot.fill(s, row, row + prompt.ids.length);
        row += prompt.ids.length;
        last[s] = row - 1;
    });
    const tokens = Uint32Array.from(prompts.flatMap((prompt) => [...prompt.ids]));
    return { rows, inputs: { tokens, cache_slot: slot, last_row: last, ...packRows(lengths) } };
}
function tracePrefill(options, memory) {
    const rows = runScalar("rows", options.promptRows);
    const sequences = runScalar("sequences", options.sequences);
    const cache = memory.cache("packed", input("cache_slot", [rows], "u32"));
    const hidden = options.model.forward(input("tokens", [rows], "u32"), { ...inputRows(rows), cache }); // [N, C]
    const last = embedding(input("last_row", [sequences], "u32"), hidden); // [S, C]
    sample(options, memory, last, sequences);
    return {};
}
function traceDecode(options, memory) {
    const sequences = runScalar("sequences", options.sequences);
    const cut = (tensor) => rowsOf(tensor, 0, sequences);
    const cache = memory.cache("decode", cut(memory.slots));
    const positions = cut(memory.position);
    const rows = { positions, sequenceStart: positions, sequenceEnd: positions, cache };
    sample(options, memory, options.model.forward(cut(memory.token), rows), sequences);
    return {};
}
/** hidden [S, C] -> logits, a chunk of sequences at a time -> the next token of every sequence. */
function sample(options, memory, hidden, sequences) {
    const { model, sampling } = options;
    for (const { begin, rows } of chunksOf(sequences, model.vocabSize)) {
        const logits = matmul(rowsOf(hidden, begin, rows), model.head(), { layout: "NT" });
        const cut = (tensor) => rowsOf(tensor, begin, rows);
        nextToken({
            logits,
            sequenceKey: cut(memory.sequenceKey),
            stopTokens: memory.stopTokens,
            position: cut(memory.position),
            token: cut(memory.token),
            done: cut(memory.done),
            completions: cut(memory.completionTokens),
            completionStatistics: cut(memory.completionStatistics),
        }, { ...sampling, seed: runScalar("seed") });
    }
}
