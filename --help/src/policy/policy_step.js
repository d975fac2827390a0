import { traceControl } from "../control/define.js";
import { differentiate } from "../graph/differentiate.js";
import { derive, runScalar } from "../graph/scalar.js";
import { input } from "../graph/trace.js";
import { inputRows } from "../nn/rows.js";
import { add } from "../ops/add.js";
import { addOnto } from "../ops/add_onto.js";
import { controlWeight } from "../ops/control_weight.js";
import { entropyReduce } from "../ops/entropy_reduce.js";
import { metricReduce } from "../ops/metric_reduce.js";
import { TOKEN_INPUT } from "../ops/records.js";
import { tokenLoss } from "../ops/token_loss.js";
import { chunksOf, DEFAULT_CHUNK_BYTES } from "./chunks.js";
import { headBackward, headStatistics } from "./head.js";
/**
 * Traces "One step" of docs/method.md up to the gradients: forward -> token statistics -> entropy reduction -> controller -> per-token loss
 * -> logits gradient -> backward. With `wholeBatch` false the batch is one of several, and the control state is that of all of them already.
 */
export function tracePolicyStep(update, wholeBatch) {
    const { controller, loss, control, metrics } = update;
    const { head, saved, tokenInputs } = traceStatistics(update, wholeBatch);
    if (wholeBatch)
        traceControl(controller, control);
    const gate = { gate: loss.gate, tau: loss.tau };
    const sequences = runScalar("sequences", update.sequences);
    const scope = gatedScope(loss);
    const begins = input("sequence_begin", [derive("S+1", [sequences], (s) => s + 1)], "u32");
    if (scope !== "none") {
        controlWeight({ statistics: saved.statistics, tokenInputs, control, sequenceBegin: begins }, { ...gate, scope, sequences });
    }
    const given = { statistics: saved.statistics, tokenInputs };
    const random = { seed: update.seed ?? 0, draw: runScalar("draw"), microBatch: runScalar("micro_batch") };
    const extra = loss.loss.extra?.({ ...given, sequenceBegin: begins, sequences, count: update.count, random });
    const { coefficients, tokenMetrics } = tokenLoss({ ...given, control, extra }, loss);
    metricReduce(tokenMetrics, tokenInputs, metrics);
    // A step of one micro-batch overwrites the gradients, so its kernels need not read them.
    const sinks = update.optimizer.sinks(wholeBatch ? 0 : runScalar("accumulate"));
    backward({ head, saved, coefficients, sinks });
}
/** Traces the forward pass and the entropy reduction alone: what a controller reads of a batch. */
export function traceMeasurement(update) {
    traceStatistics(update, true);
}
function traceStatistics({ model, loss, control, chunkBytes, ...update }, wholeBatch) {
    const rows = runScalar("rows", update.rows);
    const actions = input("actions", [rows], "u32");
    const tokenInputs = input("token_inputs", [rows, TOKEN_INPUT.size]);
    const hidden = model.forward(input("tokens", [rows], "u32"), inputRows(rows)); // [N, C]
    const head = {
        hidden,
        weight: model.head(),
        actions,
        inverseTemperature: 1 / loss.temperature,
        chunks: chunksOf(rows, model.vocabSize, chunkBytes ?? DEFAULT_CHUNK_BYTES),
    };
    const saved = headStatistics(head);
    entropyReduce(saved.statistics, tokenInputs, control, { gate: loss.gate, tau: loss.tau, wholeBatch });
    return { head, saved, tokenInputs };
}
/** Where the gated tokens are counted that the control term is a mean over; "none" where it is a mean over all tokens. */
export function gatedScope({ alphaNorm, aggregate }) {
    if (alphaNorm === "all" || aggregate === "constant")
        return "none";
    return aggregate === "token-mean" ? "batch" : "sequence";
}
function backward({ head, saved, coefficients, sinks }) {
    const headSink = sinks.get(head.weight.tensor);
    const gradHidden = headBackward(head, saved, coefficients, headSink);
    // The embedding adds to the gradient of a tied head, which stands there already.
    sinks.set(head.weight.tensor, { ...headSink, accumulate: 1 });
    differentiate({ seeds: new Map([[head.hidden, gradHidden]]), sinks, add, addOnto });
}
