import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState, packState, readState } from "../../src/control/state.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { empty, input } from "../../src/graph/trace.ts";
import { createLoss, losses } from "../../src/loss/index.ts";
import { ppoClip } from "../../src/loss/ppo_clip.ts";
import { controlWeight } from "../../src/ops/control_weight.ts";
import { entropyReduce } from "../../src/ops/entropy_reduce.ts";
import { logitsGradient } from "../../src/ops/logits_gradient.ts";
import { metricReduce } from "../../src/ops/metric_reduce.ts";
import { BATCH_METRICS, TOKEN_INPUT } from "../../src/ops/records.ts";
import { KL_ESTIMATES, tokenLoss } from "../../src/ops/token_loss.ts";
import { tokenStatistics } from "../../src/ops/token_statistics.ts";
import { createRandom } from "../../src/random.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import {
  type Frozen,
  frozenOf,
  type PolicyBatch,
  type PolicyOptions,
  policyLossReference,
  sequenceOf,
  statisticsOf,
} from "../../src/testing/reference/policy_loss.ts";
import { records } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

/** Six sequences of which the last has no response; the logits of prompts are NaN on the GPU. */
function randomBatch(seed: number, vocabulary: number, temperature: number): PolicyBatch {
  const random = createRandom(seed);
  const lengths = [3, 7, 1, 12, 5, 2];
  const begins = [0];
  for (const length of lengths) begins.push(begins.at(-1)! + length);
  const rows = begins.at(-1)!;
  const batch: PolicyBatch = {
    vocabulary,
    logits: Float64Array.from({ length: rows * vocabulary }, () => Math.fround(1.5 * random.normal())),
    actions: Array.from({ length: rows }, () => random.integer(vocabulary)),
    oldLogp: [],
    refLogp: [],
    mask: Array.from({ length: rows }, (_, row) => row < begins[5]! && (row === begins[2] || !begins.includes(row))),
    begins,
    advantages: lengths.map((_, s) => (s === 1 ? 0 : Math.fround(random.normal()))),
  };
  const near = (): number[] =>
    batch.actions.map((_, row) => Math.fround(statisticsOf(batch, row, temperature)[0] + 0.35 * random.normal()));
  return { ...batch, oldLogp: near(), refLogp: near() };
}

function packTokenInputs(batch: PolicyBatch, options: PolicyOptions): Float32Array {
  const counted = (s?: number): number => batch.mask.filter((m, row) => m && (s === undefined || sequenceOf(batch, row) === s)).length;
  const sequences = batch.advantages.length;
  const packed = records(
    TOKEN_INPUT,
    batch.mask.map((mask, row) => {
      if (!mask) return { old_logp: Number.NaN, reference_logp: Number.NaN, advantage: Number.NaN, control_weight: 1 };
      const s = sequenceOf(batch, row);
      const shares = {
        "token-mean": 1 / counted(),
        "sequence-mean": 1 / (sequences * counted(s)),
        constant: 1 / (sequences * options.maxLength),
      };
      const [old_logp, reference_logp] = [batch.oldLogp[row]!, batch.refLogp[row]!];
      return { old_logp, reference_logp, advantage: batch.advantages[s]!, weight: shares[options.aggregate], mask: 1, control_weight: 1 };
    }),
  );
  return Float32Array.from(packed.data);
}

interface Ran {
  readonly gradient: Float32Array;
  readonly control: Record<string, number>;
  readonly metrics: ReturnType<typeof BATCH_METRICS.read>;
  /** What the loss read of every row beyond its token; empty where it reads nothing. */
  readonly extra: ArrayLike<number>;
}

async function runOnDevice(batch: PolicyBatch, options: PolicyOptions): Promise<Ran> {
  const rows = batch.actions.length;
  const sequences = batch.advantages.length;
  const inverseTemperature = 1 / options.temperature;
  const state = packState(initialState({ loops: [{ alpha: options.alpha }] }));
  const plan = await buildPlan(device, "policy loss", () => {
    const n = runScalar("rows", rows + 5);
    const [logits, actions] = [input("logits", [n, batch.vocabulary]), input("actions", [n], "u32")];
    const [tokenInputs, control] = [input("token_inputs", [n, TOKEN_INPUT.size]), input("control", [state.length])];
    const begins = input("sequence_begin", [sequences + 1], "u32");
    const statistics = tokenStatistics(logits, actions, { inverseTemperature });
    entropyReduce({ statistics, tokenInputs, control }, options);
    const scope = { "token-mean": "batch", "sequence-mean": "sequence", constant: undefined } as const;
    const over = options.alphaNorm === "gated" ? scope[options.aggregate] : undefined;
    if (over) {
      controlWeight({ statistics, tokenInputs, control, sequenceBegin: begins }, { ...options, scope: over, sequences });
    }
    const random = { seed: 1, draw: 2, microBatch: 0 };
    const count = empty("count", { shape: [1] });
    const oldEntropy = options.loss.readsOldEntropy ? input("old_entropy", [n]) : undefined;
    const extra = options.loss.extra?.({ statistics, tokenInputs, oldEntropy, sequenceBegin: begins, sequences, count, random });
    const { coefficients, tokenMetrics } = tokenLoss({ statistics, tokenInputs, control, extra }, options);
    const metrics = metricReduce(tokenMetrics, tokenInputs);
    const gradient = logitsGradient(logits, { actions, statistics, coefficients, inverseTemperature });
    return { keep: [gradient, control, metrics, ...(extra ? [extra] : [])] };
  });
  plan.poison();
  const logits = Float32Array.from(batch.logits, (value, i) => (batch.mask[Math.floor(i / batch.vocabulary)] ? value : Number.NaN));
  plan.upload({
    logits,
    actions: Uint32Array.from(batch.actions),
    token_inputs: packTokenInputs(batch, options),
    control: Float32Array.from(state),
    sequence_begin: Uint32Array.from(batch.begins),
    // Far below the entropy of every second token, so that a loss that compares them finds some outside.
    ...(options.loss.readsOldEntropy && {
      old_entropy: Float32Array.from(batch.mask, (_, row) => (row % 2 ? 1e-3 : 0.8) * Math.log(batch.vocabulary)),
    }),
  });
  plan.run({ scalars: { rows } });
  const [gradient, control, metrics, extra = []] = await plan.read(plan.result.keep);
  plan.destroy();
  return {
    gradient: Float32Array.from(gradient!).subarray(0, rows * batch.vocabulary),
    control: readState(control!).control,
    metrics: BATCH_METRICS.read(metrics!),
    extra,
  };
}

function finiteDifferences(batch: PolicyBatch, options: PolicyOptions, frozen: Frozen): Float64Array {
  return batch.logits.map((_, i) => {
    if (!batch.mask[Math.floor(i / batch.vocabulary)]) return 0;
    const loss = (step: number): number => {
      const logits = Float64Array.from(batch.logits);
      logits[i]! += step;
      return policyLossReference({ ...batch, logits }, options, frozen);
    };
    return (loss(1e-6) - loss(-1e-6)) / 2e-6;
  });
}

async function check(batch: PolicyBatch, options: PolicyOptions): Promise<Ran> {
  const { gradient, control, metrics, extra } = await runOnDevice(batch, options);
  const frozen = frozenOf(batch, options, extra);
  const error = relativeError(gradient, finiteDifferences(batch, options, frozen));
  assert.ok(error < 1e-5, `gradient: relative error ${error} on ${device.name}`);
  const { actuators } = frozen;
  const loss = policyLossReference(batch, options, frozen);
  assert.ok(Math.abs(metrics.loss! - loss) < 3e-6 * (1 + Math.abs(loss)), `loss ${metrics.loss} instead of ${loss}`);
  const counted = batch.actions.map((_, row) => row).filter((row) => batch.mask[row]);
  const entropy = counted.reduce((sum, row) => sum + statisticsOf(batch, row, options.temperature)[1], 0) / counted.length;
  const gated = actuators.filter((value) => value !== 0).length / counted.length;
  for (const [name, value, expected] of [
    ["control.entropy", control.entropy, entropy],
    ["metrics.entropy", metrics.entropy, entropy],
    ["control.gated_fraction", control.gated_fraction, gated],
    ["metrics.gated_fraction", metrics.gated_fraction, gated],
    ["control.token_count", control.token_count, counted.length],
    ["metrics.token_count", metrics.token_count, counted.length],
  ] as const) {
    assert.ok(Math.abs(value! - expected) < 2e-6 * (1 + expected), `${name} ${value} instead of ${expected}`);
  }
  return { gradient, control, metrics, extra };
}

const grpo: PolicyOptions = {
  temperature: 1,
  loss: ppoClip(),
  beta: 0,
  entropyCoef: 0,
  gate: "probability",
  tau: 0.2,
  alphaNorm: "all",
  aggregate: "token-mean",
  maxLength: 9,
  alpha: 0,
};

for (const [name, options] of Object.entries<Partial<PolicyOptions>>({
  GRPO: {},
  "probability gate": { alpha: 0.9 },
  "no gate": { alpha: -0.5, tau: 0 },
  "entropy-effect gate": { alpha: -0.9, gate: "entropy-effect", temperature: 0.7 },
  "everything at once": {
    alpha: 0.4,
    loss: ppoClip({ dualClip: 1.3, clipHigh: 0.28 }),
    beta: 0.05,
    entropyCoef: 0.01,
    temperature: 1.4,
    gate: "entropy-effect",
  },
})) {
  test(`gradient of the policy loss, ${name}`, async () => {
    await check(randomBatch(11, 10, options.temperature ?? 1), { ...grpo, ...options });
  });
}

/** Bounds that ratios reach, and shares that select some of a few tokens. */
const REACHED = { cispoBound: 1.2, delta: 1.5, covFraction: 0.3, covLow: 0, covHigh: 9, covCoef: 0.8 };

for (const name of Object.keys(losses)) {
  // The derivative of a loss by sequence reaches every token through the ratio that they share.
  for (const aggregate of ["token-mean", "sequence-mean", "constant"] as const) {
    test(`gradient of the policy loss ${name}, ${aggregate}`, async () => {
      const loss = createLoss({ loss: name, ...REACHED });
      for (const seed of loss.selects ? [31, 32, 33] : [23]) {
        const { extra } = await check(randomBatch(seed, 7, 1), { ...grpo, loss, aggregate, alpha: 0.3 });
        if (loss.selects) assert.ok(Array.from(extra).includes(1), "nothing was selected");
      }
    });
  }
}

test("gradient of the policy loss, random options", async () => {
  const random = createRandom(5);
  const pick = <Value>(...values: readonly Value[]): Value => values[random.integer(values.length)]!;
  for (let round = 0; round < 16; round += 1) {
    const options: PolicyOptions = {
      temperature: pick(1, 0.6, 1.7),
      loss: createLoss({
        loss: pick(...Object.keys(losses)),
        ...{ clipLow: pick(0.2, 0.1), clipHigh: pick(0.2, 0.28), dualClip: pick(null, 1.25, 3) },
      }),
      beta: pick(0, 0.04),
      kl: pick(...KL_ESTIMATES),
      entropyCoef: pick(0, 0.01, -0.02),
      gate: pick("probability", "entropy-effect"),
      tau: pick(0, 0.1, 0.3, 0.95),
      alphaNorm: pick("all", "gated"),
      aggregate: pick("token-mean", "sequence-mean", "constant"),
      maxLength: 9,
      alpha: 1.8 * random.uniform() - 0.9,
    };
    await check(randomBatch(100 + round, pick(6, 11, 16), options.temperature), options).catch((error: Error) => {
      error.message = `${JSON.stringify(options)}: ${error.message}`;
      throw error;
    });
  }
});

test("alpha above 0 lowers entropy, below 0 raises it", async () => {
  const batch = randomBatch(3, 8, 1);
  const onPolicy = { ...batch, oldLogp: batch.actions.map((_, row) => statisticsOf(batch, row, 1)[0]) };
  const entropyOf = (logits: Float64Array): number =>
    batch.mask.reduce((sum, counts, row) => (counts ? sum + statisticsOf({ ...batch, logits }, row, 1)[1] : sum), 0);
  const entropyAfter = async (alpha: number): Promise<number> => {
    const { gradient } = await runOnDevice(onPolicy, { ...grpo, gate: "entropy-effect", alpha });
    return entropyOf(batch.logits.map((value, i) => value - 0.5 * gradient[i]!));
  };
  const [raised, unchanged, lowered] = [await entropyAfter(-0.9), await entropyAfter(0), await entropyAfter(0.9)];
  assert.ok(raised > unchanged && unchanged > lowered, `entropy ${raised}, ${unchanged}, ${lowered} with alpha -0.9, 0, 0.9`);
});
