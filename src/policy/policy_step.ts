import { type Controller, traceControl } from "../control/define.ts";
import { differentiate } from "../graph/differentiate.ts";
import { derive, runScalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type GradientSink, input } from "../graph/trace.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { inputRows } from "../nn/rows.ts";
import { add } from "../ops/add.ts";
import { addOnto } from "../ops/add_onto.ts";
import { controlWeight } from "../ops/control_weight.ts";
import { entropyReduce } from "../ops/entropy_reduce.ts";
import { entropySelect } from "../ops/entropy_select.ts";
import type { GateOptions } from "../ops/gate.ts";
import { metricReduce } from "../ops/metric_reduce.ts";
import { TOKEN_INPUT } from "../ops/records.ts";
import { surpriseWeight } from "../ops/surprise_weight.ts";
import { tokenLoss } from "../ops/token_loss.ts";
import type { AdamW } from "../optim/adamw.ts";
import { type HeadMemory, headChunks } from "./chunks.ts";
import { type Head, headBackward, headOf, headSink, headStatistics } from "./head.ts";
import type { PolicyLossOptions } from "./options.ts";

/** What a step is traced from: the model, its options, and the memory that it shares with the host. */
export interface TracedUpdate extends HeadMemory {
  readonly model: LanguageModel;
  readonly optimizer: AdamW;
  readonly controller: Controller;
  readonly loss: PolicyLossOptions;
  /** Most rows and sequences of one micro-batch. */
  readonly rows: number;
  readonly sequences: number;
  /** Whether batches are packed with shared rows (LanguageModel.sharesRows). Default: not. */
  readonly sharesRows?: boolean;
  /** Seeds a loss that selects tokens at random. Default 0. */
  readonly seed?: number;
  /** The state of entropy control, the metrics of a batch, and how many tokens the loss selected [1]. */
  readonly control: Tensor;
  readonly metrics: Tensor;
  /**
   * [G, 2]: for each class the sum of entropies and the number of tokens that no batch holds. A step of one batch counts them with its own
   * (docs/method.md, "Silent samples").
   */
  readonly silentSums: Tensor;
  readonly count: Tensor;
  /** [2]: how many tokens `tokenShare` selected, and the least entropy among them. */
  readonly learning: Tensor;
}

/**
 * Traces "One step" of docs/method.md up to the gradients: forward -> token statistics -> entropy reduction -> controller -> per-token loss
 * -> logits gradient -> backward. With `wholeBatch` false the batch is one of several, and the control state is that of all of them already.
 */
export function tracePolicyStep(update: TracedUpdate, wholeBatch: boolean): void {
  const { controller, loss, control, metrics } = update;
  const { head, saved, tokenInputs } = traceStatistics(update, wholeBatch);
  if (wholeBatch) traceControl(controller, control);
  const gate = gateOf(update);
  const sequences = runScalar("sequences", update.sequences);
  const scope = gatedScope(update);
  const begins = input("sequence_begin", [derive("S+1", [sequences], (s) => s + 1)], "u32");
  if (scope !== "none") {
    controlWeight({ statistics: saved.statistics, tokenInputs, control, sequenceBegin: begins }, { ...gate, scope, sequences });
  }
  const given = { statistics: saved.statistics, tokenInputs };
  const { lever } = controller;
  if (lever?.kind === "surprise") surpriseWeight({ ...given, control }, lever);
  const random = { seed: update.seed ?? 0, draw: runScalar("draw"), microBatch: runScalar("micro_batch") };
  const oldEntropy = loss.loss.readsOldEntropy ? input("old_entropy", [saved.statistics.shape[0]!]) : undefined;
  const extra = loss.loss.extra?.({ ...given, oldEntropy, sequenceBegin: begins, sequences, count: update.count, random });
  const surrogateWeight = surrogateWeightOf(update, given);
  const { coefficients, tokenMetrics } = tokenLoss(
    { ...given, control, extra, surrogateWeight },
    { ...loss, ...gate, ...(lever?.kind === "clip" && { clipSpan: lever.span }) },
  );
  metricReduce(tokenMetrics, tokenInputs, metrics);
  // A step of one micro-batch overwrites the gradients, so its kernels need not read them.
  const sinks = update.optimizer.sinks(wholeBatch ? 0 : runScalar("accumulate"));
  backward({ head, saved, coefficients, sinks });
}

/** 1 for the tokens whose surrogate counts, else 0; undefined where those of all tokens do. */
function surrogateWeightOf(
  { loss: { tokenShare = 1 }, learning }: TracedUpdate,
  given: { readonly statistics: Tensor; readonly tokenInputs: Tensor },
): Tensor | undefined {
  return tokenShare < 1 ? entropySelect({ ...given, learning }, { fraction: tokenShare }).selected : undefined;
}

/** Traces the forward pass and the entropy reduction alone: what a controller reads of a batch. */
export function traceMeasurement({ silentSums: _, ...update }: TracedUpdate): void {
  traceStatistics(update, true);
}

interface Statistics {
  readonly head: Head;
  readonly saved: ReturnType<typeof headStatistics>;
  readonly tokenInputs: Tensor;
}

/** The gate of the control term. A controller whose alpha moves something else has no such term. */
function gateOf({ controller, loss: { gate, tau } }: Pick<TracedUpdate, "controller" | "loss">): GateOptions {
  return { gate: controller.lever ? "none" : gate, tau };
}

function traceStatistics(
  { model, loss, control, silentSums, ...update }: Omit<TracedUpdate, "silentSums"> & Partial<Pick<TracedUpdate, "silentSums">>,
  wholeBatch: boolean,
): Statistics {
  const rows = runScalar("rows", update.rows);
  const actions = input("actions", [rows], "u32");
  const tokenInputs = input("token_inputs", [rows, TOKEN_INPUT.size]);
  const hidden = model.forward(input("tokens", [rows], "u32"), inputRows(rows, { shared: update.sharesRows ?? false })); // [N, C]
  const head: Head = {
    hidden,
    ...headOf(model),
    actions,
    inverseTemperature: 1 / loss.temperature,
    chunks: headChunks(rows, model, update),
  };
  const saved = headStatistics(head);
  const measured = { statistics: saved.statistics, tokenInputs, control, ...(wholeBatch && { silentSums }) };
  entropyReduce(measured, { ...gateOf({ loss, ...update }), wholeBatch });
  return { head, saved, tokenInputs };
}

/** Where the gated tokens are counted that the control term is a mean over; "none" where it is a mean over all tokens. */
export function gatedScope({ controller, loss }: Pick<TracedUpdate, "controller" | "loss">): "none" | "batch" | "sequence" {
  const { alphaNorm, aggregate } = loss;
  if (controller.lever || alphaNorm === "all" || aggregate === "constant") return "none";
  return aggregate === "token-mean" ? "batch" : "sequence";
}

function backward({ head, saved, coefficients, sinks }: Backward): void {
  const sink = headSink(head, sinks);
  const gradHidden = headBackward(head, saved, coefficients, sink);
  // The embedding adds to the gradient of a tied head, which stands there already.
  if (sink) sinks.set(head.weight.tensor, { ...sink, accumulate: 1 });
  differentiate({ seeds: new Map([[head.hidden, gradHidden]]), sinks, add, addOnto });
}

interface Backward {
  readonly head: Head;
  readonly saved: ReturnType<typeof headStatistics>;
  readonly coefficients: Tensor;
  readonly sinks: Map<Tensor, GradientSink>;
}
