import { initialState, packState } from "../control/state.js";
import { evaluate } from "../graph/plan.js";
import { input } from "../graph/trace.js";
import { tokenOf } from "../loss/token.js";
import { LOSS_COEFFICIENTS, TOKEN_INPUT, TOKEN_METRICS, TOKEN_STATISTICS } from "../ops/records.js";
import { tokenLoss } from "../ops/token_loss.js";
/**
 * Runs a loss on the GPU over a grid of tokens and compares it with the loss's `surrogate` in double precision, whose slope is
 * compared with numerical differentiation. The grid has advantages of either sign and 0, ratios and changes of probability on both sides of every bound that the
 * loss's parameters may mean, log-ratios beyond the clamp at 20, and tokens without weight, which must give zeros.
 */
export async function checkLoss(device, loss) {
    const samples = gridOf(loss);
    const found = await runOnDevice(device, loss, samples);
    const worst = { value: 0, slope: 0, derivative: 0, flags: 0 };
    const where = { value: "nowhere", slope: "nowhere", derivative: "nowhere", flags: "nowhere" };
    let kinks = 0;
    samples.forEach((sample, i) => {
        const note = (kind, error) => {
            if (error <= worst[kind])
                return;
            worst[kind] = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
            const { logp, oldLogp, advantage, extra, weight } = sample;
            where[kind] = `d ${logp - oldLogp}, A ${advantage}, extra ${extra}, weight ${weight}`;
        };
        const expected = sample.weight === 0 ? NOTHING : surrogateAt(loss, sample);
        note("value", distance(found[i].value, expected.value));
        note("slope", distance(found[i].slope, expected.slope));
        if (found[i].low !== expected.low || found[i].high !== expected.high)
            note("flags", worst.flags + 1);
        const derivative = derivativeAt(loss, sample);
        if (derivative === undefined)
            kinks += 1;
        else
            note("derivative", distance(surrogateAt(loss, sample).slope, derivative));
    });
    return { ...worst, tokens: samples.length, kinks, where };
}
const NOTHING = { value: 0, slope: 0, low: false, high: false };
function distance(actual, expected) {
    return Math.abs(actual - expected) / Math.max(Math.abs(expected), 0.01);
}
/** The surrogate of a sample whose logp is moved by `change`. A loss by sequence has its mean difference moved as much. */
function surrogateAt(loss, { logp, oldLogp, advantage, extra }, change = 0) {
    const still = tokenOf({ logp, oldLogp, advantage, extra });
    const moved = tokenOf({ logp: logp + change, oldLogp, advantage, extra }, logp);
    const follows = loss.bySequence ? moved.difference - still.difference : 0;
    return loss.surrogate({ ...moved, extra: extra + follows });
}
/** The value's derivative by logp; undefined where the slopes on both sides differ, as they do at a bound. */
function derivativeAt(loss, sample) {
    const step = 1e-6;
    const [above, below] = [surrogateAt(loss, sample, step), surrogateAt(loss, sample, -step)];
    if (distance(above.slope, below.slope) > 1e-3)
        return undefined;
    return (above.value - below.value) / (2 * step);
}
/** Rounds to a number that 32-bit floats hold exactly. They also hold the differences of such numbers exactly. */
const exact = (value) => Math.round(value * 2 ** 16) / 2 ** 16;
/** The larger of a token's two probabilities. */
const HIGHEST = Math.exp(-0.125);
function gridOf(loss) {
    const bounds = Object.values(loss.parameters).flatMap((value) => [value, 1 - value, 1 + value]);
    const near = bounds.filter((bound) => bound > 0).flatMap((bound) => [bound * 0.999, bound * 1.001]);
    const moves = Object.values(loss.parameters).flatMap((value) => [value - 0.001, value + 0.001]);
    const apart = moves.filter((move) => move > 0 && move < HIGHEST).flatMap((move) => [1 - move / HIGHEST, 1 / (1 - move / HIGHEST)]);
    const differences = [-25, -12, -3, -1, -0.1, 0, 0.1, 1, 3, 12, 25, ...[...near, ...apart].map(Math.log)].map(exact);
    const extras = loss.bySequence ? differences.filter((d) => Math.abs(d) <= 20) : loss.extra ? [0, 1] : [0];
    const samples = [];
    for (const difference of differences) {
        // Keeps both log-probabilities below 0.
        const logp = exact(Math.min(0, difference) + Math.log(HIGHEST));
        for (const advantage of [-1.5, -0.25, 0, 0.25, 1.5]) {
            for (const extra of extras) {
                for (const weight of [0.5, 0])
                    samples.push({ logp, oldLogp: logp - difference, advantage, extra: Math.fround(extra), weight });
            }
        }
    }
    return samples;
}
async function runOnDevice(device, loss, samples) {
    const rows = samples.length;
    const control = Float32Array.from(packState(initialState()));
    const inputs = {
        statistics: Float32Array.from(samples.flatMap(({ logp }) => TOKEN_STATISTICS.pack({ logp }))),
        token_inputs: Float32Array.from(samples.flatMap(({ oldLogp, advantage, weight }) => TOKEN_INPUT.pack({ old_logp: oldLogp, advantage, weight, mask: 1 }))),
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
        const { logp: slope } = LOSS_COEFFICIENTS.read(coefficients, row * LOSS_COEFFICIENTS.size);
        const { loss: value, clipped_low, clipped_high } = TOKEN_METRICS.read(metrics, row * TOKEN_METRICS.size);
        const share = weight === 0 ? 1 : weight;
        return { value: value / share, slope: slope / share, low: clipped_low === 1, high: clipped_high === 1 };
    });
}
