import { initialState, packState } from "../../src/control/state.ts";
import { clipParameters } from "../../src/loss/clip.ts";
import { ppoClip } from "../../src/loss/ppo_clip.ts";
import { controlWeight } from "../../src/ops/control_weight.ts";
import { covarianceSelect } from "../../src/ops/covariance_select.ts";
import { crossEntropyOp } from "../../src/ops/cross_entropy.ts";
import { entropyRatio } from "../../src/ops/entropy_ratio.ts";
import { entropyReduce } from "../../src/ops/entropy_reduce.ts";
import { entropySelect } from "../../src/ops/entropy_select.ts";
import { metricReduce } from "../../src/ops/metric_reduce.ts";
import { TOKEN_INPUT, TOKEN_METRICS, TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { sequenceRatio } from "../../src/ops/sequence_ratio.ts";
import { surpriseWeight } from "../../src/ops/surprise_weight.ts";
import { tokenLoss } from "../../src/ops/token_loss.ts";
import { createRandom } from "../../src/random.ts";
import type { HostValues } from "../../src/testing/check_op.ts";
import { controlWeightReference } from "../../src/testing/reference/control_weight.ts";
import { covarianceSelectReference } from "../../src/testing/reference/covariance_select.ts";
import { crossEntropyReference } from "../../src/testing/reference/cross_entropy.ts";
import { entropyRatioReference } from "../../src/testing/reference/entropy_ratio.ts";
import { entropyReduceReference } from "../../src/testing/reference/entropy_reduce.ts";
import { entropySelectReference } from "../../src/testing/reference/entropy_select.ts";
import { metricReduceReference } from "../../src/testing/reference/metric_reduce.ts";
import { sequenceRatioReference } from "../../src/testing/reference/sequence_ratio.ts";
import { surpriseWeightReference } from "../../src/testing/reference/surprise_weight.ts";
import { tokenLossReference } from "../../src/testing/reference/token_loss.ts";
import { given, normal, records } from "../../src/testing/values.ts";
import type { BenchCase } from "../harness.ts";
import { opCase } from "../op_case.ts";

/** About the tokens of a step of the quickstart, and 64 times as many. */
const ROWS = [2048, 2 ** 17] as const;

const SEQUENCE_ROWS = 8;
const GATE = { gate: "entropy-effect", tau: 0.5 } as const;
const CLIP = { clipLow: 0.2, clipHigh: 0.28, dualClip: 3 };
const LOSS = { ...GATE, loss: ppoClip(CLIP), beta: 0.1, entropyCoef: 0.01 };

export const policyCases: readonly BenchCase[] = ROWS.flatMap((rows) => [
  entropyReduceCase(rows, 1),
  entropyReduceCase(rows, 2),
  tokenLossCase(rows),
  sequenceRatioCase(rows),
  covarianceSelectCase(rows, "largest"),
  covarianceSelectCase(rows, "drawn"),
  surpriseWeightCase(rows),
  entropySelectCase(rows),
  entropyRatioCase(rows),
  crossEntropyCase(rows),
  controlWeightCase(rows),
  metricReduceCase(rows),
]);

/** Statistics [N, 4] and token_inputs [N, 6]: advantages of either sign, ratios on both sides of the clips, every seventh row masked. */
function tokens(rows: number, classes = 1): HostValues {
  const random = createRandom(rows);
  const drawn = Array.from({ length: rows }, (_, row) => {
    const logp = -2 * random.uniform() - 0.01;
    const old_logp = logp + 0.4 * random.normal();
    const counts = row % 7 === 6 ? 0 : 1;
    const mask = counts * (1 + (row % classes));
    const policy = { logp, entropy: 2 * random.uniform(), log_sum_exp: 1, effect: random.normal() };
    const given = { old_logp, reference_logp: logp + 0.5 * random.normal(), advantage: random.normal(), weight: counts / rows };
    return { policy, given: { ...given, mask, control_weight: 1 } };
  });
  return {
    statistics: records(
      TOKEN_STATISTICS,
      drawn.map(({ policy }) => policy),
    ),
    token_inputs: records(
      TOKEN_INPUT,
      drawn.map((one) => one.given),
    ),
  };
}

function withControl(rows: number, classes = 1): HostValues {
  const control = { token_count: rows, gated_count: rows / 2, gated_fraction: 0.5 };
  const floats = packState(initialState({ control, loops: Array(classes).fill({ alpha: 0.3 }) }));
  return { ...tokens(rows, classes), control: given([floats.length], floats) };
}

/** The kernel reads all masks and statistics once for each class. */
function entropyReduceCase(rows: number, classes: number): BenchCase {
  return opCase({
    op: "entropy_reduce",
    shape: classes === 1 ? `N${rows}` : `N${rows} ${classes} classes`,
    flops: 4 * rows * classes,
    bytes: 4 * 5 * rows * classes,
    inputs: () => withControl(rows, classes),
    build: (i) => ({ control: entropyReduce({ statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control! }, GATE) }),
    reference: (inputs) => entropyReduceReference(inputs, GATE),
  });
}

function tokenLossCase(rows: number): BenchCase {
  return opCase({
    op: "token_loss",
    shape: `N${rows}`,
    flops: 40 * rows,
    bytes: 4 * 20 * rows,
    inputs: () => withControl(rows),
    build: (i) => {
      const { coefficients, tokenMetrics } = tokenLoss(
        { statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control! },
        LOSS,
      );
      return { coefficients, token_metrics: tokenMetrics };
    },
    reference: (inputs) => tokenLossReference(inputs, LOSS),
  });
}

function sequenceRatioCase(rows: number): BenchCase {
  const sequences = rows / SEQUENCE_ROWS;
  const begins = Array.from({ length: sequences + 1 }, (_, s) => s * SEQUENCE_ROWS);
  return opCase({
    op: "sequence_ratio",
    shape: `N${rows} S${sequences}`,
    flops: 3 * rows,
    bytes: 4 * 4 * rows,
    inputs: () => ({ ...tokens(rows), sequence_begin: given([sequences + 1], begins, "u32") }),
    build: (i) => {
      const tensors = { statistics: i.statistics!, tokenInputs: i.token_inputs!, sequenceBegin: i.sequence_begin! };
      return { mean_difference: sequenceRatio(tensors, { sequences }) };
    },
    reference: sequenceRatioReference,
  });
}

/** One workgroup passes over the keys some 64 times, and over the tokens twice. */
function covarianceSelectCase(rows: number, choice: "largest" | "drawn"): BenchCase {
  const among = { low: 0.2, high: 2, clip: clipParameters(CLIP), random: { seed: 1, draw: 1, microBatch: 0 } };
  const options = { fraction: 0.002, ...(choice === "drawn" && { among }) };
  return opCase({
    op: "covariance_select",
    shape: `N${rows} ${choice}`,
    flops: 64 * rows,
    bytes: 4 * 8 * rows,
    inputs: () => ({ ...tokens(rows), count: given([1], [0]) }),
    build: (i) => {
      const { selected, count } = covarianceSelect({ statistics: i.statistics!, tokenInputs: i.token_inputs!, count: i.count! }, options);
      return { selected, count };
    },
    reference: (inputs) => covarianceSelectReference(inputs, options),
  });
}

/** One workgroup passes over the keys some 64 times for each side, and over the tokens twice. */
function surpriseWeightCase(rows: number): BenchCase {
  const options = { positiveShare: 0.1, negativeShare: 0.1 };
  return opCase({
    op: "surprise_weight",
    shape: `N${rows}`,
    flops: 128 * rows,
    bytes: 4 * 10 * rows,
    inputs: () => {
      const { statistics, control, token_inputs } = withControl(rows);
      return { statistics: statistics!, control: control!, token_inputs: token_inputs! };
    },
    build: (i) => ({
      token_inputs: surpriseWeight({ statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control! }, options),
    }),
    reference: (inputs) => surpriseWeightReference(inputs, options),
  });
}

/** One workgroup passes over the keys some 64 times. */
function entropySelectCase(rows: number): BenchCase {
  return opCase({
    op: "entropy_select",
    shape: `N${rows}`,
    flops: 64 * rows,
    bytes: 4 * 7 * rows,
    inputs: () => ({ ...tokens(rows), learning: given([2], [0, 0]) }),
    build: (i) => {
      const tensors = { statistics: i.statistics!, tokenInputs: i.token_inputs!, learning: i.learning! };
      const { selected, learning } = entropySelect(tensors, { fraction: 0.2 });
      return { selected, learning };
    },
    reference: (inputs) => entropySelectReference(inputs, { fraction: 0.2 }),
  });
}

function entropyRatioCase(rows: number): BenchCase {
  const options = { low: 0.05, high: 0.05 };
  return opCase({
    op: "entropy_ratio",
    shape: `N${rows}`,
    flops: 5 * rows,
    bytes: 4 * 6 * rows,
    inputs: () => {
      const own = tokens(rows);
      const entropies = TOKEN_STATISTICS.column(own.statistics!.data, "entropy");
      const old = entropies.map((entropy, row) => Math.fround(entropy * (row % 3 === 0 ? 1.1 : 1.01)));
      return { ...own, old_entropy: given([rows], old), count: given([1], [0]) };
    },
    build: (i) => {
      const tensors = { statistics: i.statistics!, tokenInputs: i.token_inputs!, oldEntropy: i.old_entropy!, count: i.count! };
      const { outside, count } = entropyRatio(tensors, options);
      return { outside, count };
    },
    reference: (inputs) => entropyRatioReference(inputs, options),
  });
}

function crossEntropyCase(rows: number): BenchCase {
  return opCase({
    op: "cross_entropy",
    shape: `N${rows}`,
    flops: rows,
    bytes: 4 * 20 * rows,
    inputs: () => tokens(rows),
    build: (i) => crossEntropyOp({ statistics: i.statistics!, token_inputs: i.token_inputs! }, {}),
    reference: crossEntropyReference,
  });
}

function controlWeightCase(rows: number): BenchCase {
  const sequences = rows / SEQUENCE_ROWS;
  const begins = Array.from({ length: sequences + 1 }, (_, s) => s * SEQUENCE_ROWS);
  const options = { ...GATE, scope: "sequence", sequences } as const;
  return opCase({
    op: "control_weight",
    shape: `N${rows} S${sequences}`,
    flops: 4 * rows,
    bytes: 4 * 6 * rows,
    inputs: () => ({ ...withControl(rows), sequence_begin: given([sequences + 1], begins, "u32") }),
    build: (i) => {
      const tensors = { statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control!, sequenceBegin: i.sequence_begin! };
      return { token_inputs: controlWeight(tensors, options) };
    },
    reference: (inputs) => controlWeightReference(inputs, options),
  });
}

function metricReduceCase(rows: number): BenchCase {
  return opCase({
    op: "metric_reduce",
    shape: `N${rows}`,
    flops: 12 * rows,
    bytes: 4 * 9 * rows,
    inputs: () => ({ token_metrics: normal([rows, TOKEN_METRICS.size], 1), token_inputs: tokens(rows).token_inputs! }),
    build: (i) => ({ metrics: metricReduce(i.token_metrics!, i.token_inputs!) }),
    reference: metricReduceReference,
  });
}
