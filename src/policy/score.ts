import { createReader } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { createExclusive } from "../gpu/exclusive.ts";
import { explained } from "../gpu/explain.ts";
import { build } from "../gpu/parts.ts";
import { buildPlan } from "../graph/plan.ts";
import { runScalar } from "../graph/scalar.ts";
import { input } from "../graph/trace.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { assertOnDevice } from "../nn/on_device.ts";
import { withoutAdapters } from "../nn/projection.ts";
import { inputRows } from "../nn/rows.ts";
import { TOKEN_STATISTICS } from "../ops/records.ts";
import { type HeadMemory, headChunks } from "./chunks.ts";
import { headOf, headStatistics } from "./head.ts";
import type { UpdateBatch } from "./update.ts";

/** Log-probability of the action and entropy of every row, in nats, of softmax(logits / temperature). */
export interface Scores {
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
}

/** Scores tokens that exist already: a forward pass without learning. */
export interface Scorer {
  score(batch: Pick<UpdateBatch, "rows" | "inputs">): Promise<Scores>;
  destroy(): void;
}

/** Scores packed rows with a model: for a reference policy, and for comparing sampler and trainer. */
export async function createScorer(
  options: HeadMemory & {
    readonly device: Device;
    readonly model: LanguageModel;
    readonly rows: number;
    readonly temperature: number;
    /** Whether batches are packed with shared rows (LanguageModel.sharesRows). Default: not. */
    readonly sharesRows?: boolean;
    /** Scores with the base model under the adapters. */
    readonly withoutAdapter?: boolean;
  },
): Promise<Scorer> {
  const { device, model, withoutAdapter, sharesRows = false } = options;
  assertOnDevice(device, model, "the scorer");
  const trace = () => {
    const rows = runScalar("rows", options.rows);
    const hidden = model.forward(input("tokens", [rows], "u32"), inputRows(rows, { shared: sharesRows }));
    const { statistics } = headStatistics({
      hidden,
      ...headOf(model),
      actions: input("actions", [rows], "u32"),
      inverseTemperature: 1 / options.temperature,
      chunks: headChunks(rows, model, options),
    });
    return { keep: [statistics] };
  };
  const structure = ["positions", "sequence_start", "sequence_end", ...(sharesRows ? ["attended", "query_end"] : [])];
  const wanted = ["tokens", "actions", ...structure];
  const { plan, reader, destroy } = await build(async (own) => {
    const plan = own(await buildPlan(device, "score", withoutAdapter ? () => withoutAdapters(trace) : trace));
    const reader = own(createReader(device, { statistics: plan.windowOf(plan.result.keep[0]!) }));
    return { plan, reader };
  });
  const alone = createExclusive("the scorer");
  const score: Scorer["score"] = async (batch) => {
    const inputs = Object.fromEntries(wanted.map((name) => [name, batch.inputs[name]!]));
    plan.run({ scalars: { rows: batch.rows }, inputs });
    const { statistics } = await explained(device, "score()", reader.fetch);
    const scored = new Float32Array(statistics, 0, batch.rows * TOKEN_STATISTICS.size);
    const column = (field: "logp" | "entropy"): Float32Array => Float32Array.from(TOKEN_STATISTICS.column(scored, field));
    return { logprobs: column("logp"), entropies: column("entropy") };
  };
  return {
    score: (batch) => alone(() => score(batch)),
    destroy,
  };
}
