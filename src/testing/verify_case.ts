import { createController } from "../control/index.ts";
import type { Device } from "../gpu/device.ts";
import { buildPlan } from "../graph/plan.ts";
import { runScalar } from "../graph/scalar.ts";
import { input } from "../graph/trace.ts";
import { ppoClip } from "../loss/ppo_clip.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { loadParameters, type NamedArray, readParameters } from "../nn/load_parameters.ts";
import { placeModule } from "../nn/place.ts";
import { inputRows, packRows } from "../nn/rows.ts";
import { capLogits } from "../ops/cap_logits.ts";
import { matmul } from "../ops/matmul/op.ts";
import { TOKEN_INPUT } from "../ops/records.ts";
import { createAdamW } from "../optim/adamw.ts";
import type { ActivationStorage } from "../policy/activations.ts";
import type { PolicyLossOptions } from "../policy/options.ts";
import { createScorer } from "../policy/score.ts";
import { createPolicyUpdate, type UpdateBatch } from "../policy/update.ts";
import { relativeError } from "./check_op.ts";

/** Loss options as a case.json names them. */
export interface CaseOptions {
  readonly alpha?: number;
  readonly tau?: number;
  readonly gate?: "probability" | "entropy-effect";
  readonly eps_low?: number;
  readonly eps_high?: number;
  readonly dual_clip?: number | null;
  readonly aggregate?: "token-mean" | "sequence-mean" | "constant";
  readonly max_len?: number;
  readonly alpha_norm?: "all" | "gated";
  readonly temperature?: number;
  readonly beta?: number;
  readonly entropy_coef?: number;
}

export interface CaseAdamW {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weight_decay: number;
  readonly max_grad_norm: number | null;
  readonly steps: number;
}

type Arrays = ReadonlyMap<string, NamedArray>;

/** A stored case with known results: a model, a right-padded batch, loss and optimiser settings. */
export interface OracleCase {
  readonly name: string;
  readonly model: Arrays;
  readonly inputs: Arrays;
  readonly options: CaseOptions;
  readonly adamw: CaseAdamW;
  /** The most bytes of logits at one time; the policy's default if absent. */
  readonly chunkBytes?: number;
  readonly activations?: ActivationStorage;
}

export type CaseResults = Map<string, { shape: number[]; data: Float32Array }>;

/** The largest relative error that each kind of tensor may have. */
export const TOLERANCES = {
  logits: 5e-5,
  logp: 5e-5,
  token_entropy: 5e-5,
  entropy: 5e-5,
  gated_fraction: 5e-5,
  loss: 5e-5,
  grad_norm: 2e-4,
  grad: 2e-4,
  after: 1e-3,
} as const;
export type CaseQuantity = keyof typeof TOLERANCES;

/** Runs a case on a device: the tensors that expected.safetensors holds, under the same names. */
export async function runCase(device: Device, module: LanguageModel, oracle: OracleCase): Promise<CaseResults> {
  const placed = placeModule(device, module);
  loadParameters(placed, oracle.model, oracle.name);
  const padded = readPadded(oracle);
  const batch = packCase(padded, oracle.options);
  const results: CaseResults = new Map();
  await forwardResults(device, module, padded, batch, oracle, results);
  await stepResults(device, module, placed, padded, batch, oracle, results);
  placed.destroy();
  return results;
}

interface Padded {
  readonly batch: number;
  readonly length: number;
  readonly lengths: readonly number[];
  /** Position in the padded [B, T] of every packed row. */
  readonly places: readonly number[];
  readonly column: (name: string) => ArrayLike<number>;
}

function readPadded({ inputs, name }: OracleCase): Padded {
  const column = (field: string): ArrayLike<number> => {
    const found = inputs.get(field);
    if (!found) throw new Error(`case ${name}: inputs.safetensors lacks ${field}; it holds ${[...inputs.keys()].join(", ")}`);
    return found.data;
  };
  const [batch, length] = inputs.get("inputs")!.shape as [number, number];
  const lengths = Array.from(column("lengths"));
  const places = lengths.flatMap((count, b) => Array.from({ length: count }, (_, t) => b * length + t));
  return { batch, length, lengths, places, column };
}

/** Drops the padding. The weight of a row is its share of the loss. */
function packCase(padded: Padded, options: CaseOptions): UpdateBatch {
  const { places, lengths, column, length, batch } = padded;
  const pick = (name: string): Float32Array => Float32Array.from(places, (place) => column(name)[place]!);
  const mask = pick("mask");
  const total = mask.reduce((a, b) => a + b, 0);
  const perSequence = new Float64Array(batch);
  places.forEach((place, row) => {
    perSequence[Math.floor(place / length)]! += mask[row]!;
  });
  const weightOf = (sequence: number): number => {
    if (options.aggregate === "sequence-mean") return 1 / (batch * Math.max(1, perSequence[sequence]!));
    return options.aggregate === "constant" ? 1 / (batch * options.max_len!) : 1 / Math.max(1, total);
  };
  const [oldLogp, referenceLogp] = [pick("old_logp"), pick("ref_logp")];
  const tokenInputs = new Float32Array(places.length * TOKEN_INPUT.size);
  places.forEach((place, row) => {
    const sequence = Math.floor(place / length);
    const counts = mask[row]! > 0;
    const own = TOKEN_INPUT.pack({
      old_logp: oldLogp[row]!,
      reference_logp: referenceLogp[row]!,
      advantage: column("advantages")[sequence]!,
      weight: counts ? weightOf(sequence) : 0,
      mask: counts ? 1 : 0,
      control_weight: 1,
    });
    tokenInputs.set(own, row * TOKEN_INPUT.size);
  });
  const sequenceBegin = new Uint32Array(batch + 1);
  lengths.forEach((count, b) => {
    sequenceBegin[b + 1] = sequenceBegin[b]! + count;
  });
  return {
    rows: places.length,
    sequences: batch,
    inputs: {
      tokens: Uint32Array.from(places, (place) => column("inputs")[place]!),
      actions: Uint32Array.from(places, (place) => column("actions")[place]!),
      token_inputs: tokenInputs,
      sequence_begin: sequenceBegin,
      ...packRows(lengths),
    },
  };
}

async function forwardResults(
  device: Device,
  module: LanguageModel,
  padded: Padded,
  batch: UpdateBatch,
  oracle: OracleCase,
  results: CaseResults,
): Promise<void> {
  const { places, column } = padded;
  const plan = await buildPlan(device, "logits", () => {
    const rows = runScalar("rows", batch.rows);
    const hidden = module.forward(input("tokens", [rows], "u32"), inputRows(rows));
    const logits = matmul(hidden, module.head(), { layout: "NT" });
    return { keep: [module.logitCap === undefined ? logits : capLogits(logits, module.logitCap)] };
  });
  const { tokens, positions, sequence_start, sequence_end } = batch.inputs;
  plan.run({
    scalars: { rows: batch.rows },
    inputs: { tokens: tokens!, positions: positions!, sequence_start: sequence_start!, sequence_end: sequence_end! },
  });
  const [logits] = await plan.read(plan.result.keep);
  plan.destroy();
  const scorer = await createScorer({
    device,
    model: module,
    rows: batch.rows,
    temperature: oracle.options.temperature ?? 1,
    ...(oracle.chunkBytes === undefined ? {} : { chunkBytes: oracle.chunkBytes }),
  });
  const scores = await scorer.score(batch);
  scorer.destroy();
  const spread = (width: number, value: (row: number, i: number) => number): Float32Array => {
    const out = new Float32Array(padded.batch * padded.length * width);
    places.forEach((place, row) => {
      if (column("mask")[place] === 0) return;
      for (let i = 0; i < width; i += 1) out[place * width + i] = value(row, i);
    });
    return out;
  };
  const V = module.vocabSize;
  const shape = [padded.batch, padded.length];
  results.set("logits", { shape: [...shape, V], data: spread(V, (row, i) => logits![row * V + i]!) });
  results.set("logp", { shape, data: spread(1, (row) => scores.logprobs[row]!) });
  results.set("token_entropy", { shape, data: spread(1, (row) => scores.entropies[row]!) });
}

async function stepResults(
  device: Device,
  module: LanguageModel,
  placed: ReturnType<typeof placeModule>,
  padded: Padded,
  batch: UpdateBatch,
  oracle: OracleCase,
  results: CaseResults,
): Promise<void> {
  const { adamw } = oracle;
  const optimizer = createAdamW(placed, {
    betas: adamw.betas,
    eps: adamw.eps,
    weightDecay: adamw.weight_decay,
    maxGradNorm: adamw.max_grad_norm,
  });
  const update = await createPolicyUpdate({
    device,
    model: module,
    optimizer,
    controller: createController({ controller: "fixed", alpha: oracle.options.alpha ?? 0 }),
    loss: lossOptions(oracle.options),
    rows: batch.rows,
    sequences: padded.batch,
    ...(oracle.chunkBytes === undefined ? {} : { chunkBytes: oracle.chunkBytes }),
    ...(oracle.activations === undefined ? {} : { activations: oracle.activations }),
  });
  const scalar = (name: string, value: number): void => void results.set(name, { shape: [], data: Float32Array.of(value) });
  for (let step = 0; step < adamw.steps; step += 1) {
    const result = await update.step([batch], adamw.lr);
    scalar(`loss.${step}`, result.loss);
    scalar(`grad_norm.${step}`, result.gradNorm);
    if (step > 0) continue;
    scalar("entropy", result.control.entropy);
    scalar("gated_fraction", result.control.gated_fraction);
    for (const [name, array] of await readParameters(placed, optimizer.gradients)) results.set(`grad.${name}`, array);
  }
  for (const [name, array] of await readParameters(placed)) results.set(`after.${name}`, array);
  update.destroy();
  optimizer.destroy();
}

function lossOptions(options: CaseOptions): PolicyLossOptions {
  return {
    temperature: options.temperature ?? 1,
    loss: ppoClip({ clipLow: options.eps_low ?? 0.2, clipHigh: options.eps_high ?? 0.2, dualClip: options.dual_clip ?? null }),
    beta: options.beta ?? 0,
    entropyCoef: options.entropy_coef ?? 0,
    gate: options.gate ?? "probability",
    tau: options.tau ?? 0.95,
    alphaNorm: options.alpha_norm ?? "all",
    aggregate: options.aggregate ?? "token-mean",
  };
}

/** The largest relative error of each quantity, and the tensor it was found in. */
export function compareCase(actual: CaseResults, expected: Arrays): Map<CaseQuantity, { error: number; tensor: string }> {
  const worst = new Map<CaseQuantity, { error: number; tensor: string }>();
  for (const [name, { data }] of expected) {
    const quantity = name.split(".")[0] as CaseQuantity;
    const found = actual.get(name);
    const error = found && found.data.length === data.length ? relativeError(found.data, data) : Number.POSITIVE_INFINITY;
    const known = worst.get(quantity);
    if (!known || !(error <= known.error)) worst.set(quantity, { error, tensor: name });
  }
  return worst;
}
