import { createReader } from "../gpu/buffer.js";
import { createExclusive } from "../gpu/exclusive.js";
import { explained } from "../gpu/explain.js";
import { build } from "../gpu/parts.js";
import { buildPlan } from "../graph/plan.js";
import { runScalar } from "../graph/scalar.js";
import { input } from "../graph/trace.js";
import { assertOnDevice } from "../nn/on_device.js";
import { inputRows } from "../nn/rows.js";
import { TOKEN_STATISTICS } from "../ops/records.js";
import { chunksOf } from "./chunks.js";
import { headStatistics } from "./head.js";
/** Scores packed rows with a model: for a reference policy, and for comparing sampler and trainer. */
export async function createScorer(options) {
    const { device, model } = options;
    assertOnDevice(device, model, "the scorer");
    const trace = () => {
        const rows = runScalar("rows", options.rows);
        const hidden = model.forward(input("tokens", [rows], "u32"), inputRows(rows));
        const { statistics } = headStatistics({
            hidden,
            weight: model.head(),
            actions: input("actions", [rows], "u32"),
            inverseTemperature: 1 / options.temperature,
            chunks: chunksOf(rows, model.vocabSize, options.chunkBytes),
        });
        return { keep: [statistics] };
    };
    const wanted = ["tokens", "actions", "positions", "sequence_start", "sequence_end"];
    const { plan, reader, destroy } = await build(async (own) => {
        const plan = own(await buildPlan(device, "score", trace));
        const reader = own(createReader(device, { statistics: plan.windowOf(plan.result.keep[0]) }));
        return { plan, reader };
    });
    const alone = createExclusive("the scorer");
    const score = async (batch) => {
        const inputs = Object.fromEntries(wanted.map((name) => [name, batch.inputs[name]]));
        plan.run({ scalars: { rows: batch.rows }, inputs });
        const { statistics } = await explained(device, "score()", reader.fetch);
        const scored = new Float32Array(statistics, 0, batch.rows * TOKEN_STATISTICS.size);
        const column = (field) => Float32Array.from(TOKEN_STATISTICS.column(scored, field));
        return { logprobs: column("logp"), entropies: column("entropy") };
    };
    return {
        score: (batch) => alone(() => score(batch)),
        destroy,
    };
}
