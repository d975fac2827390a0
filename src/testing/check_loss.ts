import { initialState, packState } from "../control/state.ts";
import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import { evaluate } from "../graph/plan.ts";
import { input } from "../graph/trace.ts";
import type { PolicyLoss } from "../loss/define.ts";
import { type Surrogate, tokenOf } from "../loss/token.ts";
import { LOSS_COEFFICIENTS, TOKEN_INPUT, TOKEN_METRICS, TOKEN_STATISTICS } from "../ops/records.ts";
import { tokenLoss } from "../ops/token_loss.ts";

/** What `checkLoss` found: how far the kernel, its twin and their slopes are apart. */
export interface LossErrors {
  /** Largest |GPU - double precision| / max(|double precision|, 0.01) of the value and of its slope by logp. */
  readonly value: number;
  readonly slope: number;
  /** The same error of the double-precision slope against central differences of the value. Tokens at a kink are left out. */
  readonly derivative: number;
  /** Tokens whose flags `low` or `high` differ. */
  readonly flags: number;
  /** Tokens compared, and those left out of `derivative`. */
  readonly tokens: number;
  readonly kinks: number;
  /** Where the largest error of each kind was: "d 0.18, A -1.5, extra 0". */
  readonly where: Readonly<Record<"value" | "slope" | "derivative" | "flags", string>>;
}

/** One token of the grid. */
interface Sample {
  readonly logp: number;
  readonly oldLogp: number;
  readonly advantage: number;
  readonly extra: number;
  readonly weight: number;
}

/**
 * Runs a loss on the GPU over a grid of tokens and compares it with the loss's `surrogate` in double precision, whose slope is
 * compared with numerical differentiation. The grid has advantages of either sign and 0, ratios and changes of probability on both sides of every bound that the
 * loss's parameters may mean, log-ratios beyond the clamp at 20, and tokens without weight, which must give zeros.
 * @throws EngineError for a loss that says `scalesWithAdvantage`, but has a value or a slope where the advantage is 0
 */
export async function checkLoss(device: Device, loss: PolicyLoss): Promise<LossErrors> {
  const samples = gridOf(loss);
  checkSilence(loss, samples);
  const found = await runOnDevice(device, loss, samples);
  const worst = { value: 0, slope: 0, derivative: 0, flags: 0 };
  const where = { value: "nowhere", slope: "nowhere", derivative: "nowhere", flags: "nowhere" };
  let kinks = 0;
  samples.forEach((sample, i) => {
    const note = (kind: keyof typeof worst, error: number): void => {
      if (error <= worst[kind]) return;
      worst[kind] = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
      const { logp, oldLogp, advantage, extra, weight } = sample;
      where[kind] = `d ${logp - oldLogp}, A ${advantage}, extra ${extra}, weight ${weight}`;
    };
    const expected = sample.weight === 0 ? NOTHING : surrogateAt(loss, sample);
    note("value", distance(found[i]!.value, expected.value));
    note("slope", distance(found[i]!.slope, expected.slope));
    if (found[i]!.low !== expected.low || found[i]!.high !== expected.high) note("flags", worst.flags + 1);
    const derivative = derivativeAt(loss, sample);
    if (derivative === undefined) kinks += 1;
    else note("derivative", distance(surrogateAt(loss, sample).slope, derivative));
  });
  return { ...worst, tokens: samples.length, kinks, where };
}

/** A step would leave such tokens out, and what they teach. */
function checkSilence(loss: PolicyLoss, samples: readonly Sample[]): void {
  if (!loss.scalesWithAdvantage) return;
  for (const sample of samples) {
    const { value, slope } = surrogateAt(loss, sample);
    if (sample.advantage !== 0 || (value === 0 && slope === 0)) continue;
    const { logp, oldLogp, extra } = sample;
    throw new EngineError(
      `the loss ${loss.name} says scalesWithAdvantage, but at advantage 0, d ${logp - oldLogp} and extra ${extra} its value is ${value} and its slope ${slope}; leave scalesWithAdvantage out`,
    );
  }
}

const NOTHING: Surrogate = { value: 0, slope: 0, low: false, high: false };

function distance(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.max(Math.abs(expected), 0.01);
}

/** The surrogate of a sample whose logp is moved by `change`. A loss by sequence has its mean difference moved as much. */
function surrogateAt(loss: PolicyLoss, { logp, oldLogp, advantage, extra }: Sample, change = 0): Surrogate {
  const still = tokenOf({ logp, oldLogp, advantage, extra });
  const moved = tokenOf({ logp: logp + change, oldLogp, advantage, extra }, logp);
  const follows = loss.bySequence ? moved.difference - still.difference : 0;
  return loss.surrogate({ ...moved, extra: extra + follows });
}

/** The value's derivative by logp; undefined where the slopes on both sides differ, as they do at a bound. */
function derivativeAt(loss: PolicyLoss, sample: Sample): number | undefined {
  const step = 1e-6;
  const [above, below] = [surrogateAt(loss, sample, step), surrogateAt(loss, sample, -step)];
  if (distance(above.slope, below.slope) > 1e-3) return undefined;
  return (above.value - below.value) / (2 * step);
}

/** Rounds to a number that 32-bit floats hold exactly. They also hold the differences of such numbers exactly. */
const exact = (value: number): number => Math.round(value * 2 ** 16) / 2 ** 16;

/** A difference of the size that sampler and trainer round apart. */
const ROUNDED = 2 ** -16;

/** The larger of a token's two probabilities. */
const HIGHEST = Math.exp(-0.125);

function gridOf(loss: PolicyLoss): Sample[] {
  const bounds = Object.values(loss.parameters).flatMap((value) => [value, 1 - value, 1 + value]);
  const near = bounds.filter((bound) => bound > 0).flatMap((bound) => [bound * 0.999, bound * 1.001]);
  const moves = Object.values(loss.parameters).flatMap((value) => [value - 0.001, value + 0.001]);
  const apart = moves.filter((move) => move > 0 && move < HIGHEST).flatMap((move) => [1 - move / HIGHEST, 1 / (1 - move / HIGHEST)]);
  const differences = [-25, -12, -3, -1, -0.1, -ROUNDED, 0, ROUNDED, 0.1, 1, 3, 12, 25, ...[...near, ...apart].map(Math.log)].map(exact);
  const extras = loss.bySequence ? differences.filter((d) => Math.abs(d) <= 20) : loss.extra ? [0, 1] : [0];
  const samples: Sample[] = [];
  for (const difference of differences) {
    // Keeps both log-probabilities below 0.
    const logp = exact(Math.min(0, difference) + Math.log(HIGHEST));
    for (const advantage of [-1.5, -0.25, 0, 0.25, 1.5]) {
      for (const extra of extras) {
        for (const weight of [0.5, 0]) samples.push({ logp, oldLogp: logp - difference, advantage, extra: Math.fround(extra), weight });
      }
    }
  }
  return samples;
}

async function runOnDevice(device: Device, loss: PolicyLoss, samples: readonly Sample[]): Promise<Surrogate[]> {
  const rows = samples.length;
  const control = Float32Array.from(packState(initialState()));
  const inputs = {
    statistics: Float32Array.from(samples.flatMap(({ logp }) => TOKEN_STATISTICS.pack({ logp }))),
    token_inputs: Float32Array.from(
      samples.flatMap(({ oldLogp, advantage, weight }) => TOKEN_INPUT.pack({ old_logp: oldLogp, advantage, weight, mask: 1 })),
    ),
    control,
    ...(loss.extra && { extra: Float32Array.from(samples, ({ extra }) => extra) }),
  };
  const build = () => {
    const given = {
      statistics: input("statistics", [rows, TOKEN_STATISTICS.size]),
      tokenInputs: input("token_inputs", [rows, TOKEN_INPUT.size]),
      control: input("control", [control.length]),
      extra: loss.extra && input("extra", [rows]),
    };
    const { coefficients, tokenMetrics } = tokenLoss(given, { loss, beta: 0, entropyCoef: 0, gate: "probability", tau: 0 });
    return [coefficients, tokenMetrics];
  };
  const [coefficients, metrics] = await evaluate(device, build, { inputs });
  return samples.map(({ weight }, row) => {
    const { logp: slope } = LOSS_COEFFICIENTS.read(coefficients!, row * LOSS_COEFFICIENTS.size);
    const { loss: value, clipped_low, clipped_high } = TOKEN_METRICS.read(metrics!, row * TOKEN_METRICS.size);
    const share = weight === 0 ? 1 : weight;
    return { value: value / share, slope: slope / share, low: clipped_low === 1, high: clipped_high === 1 };
  });
}
