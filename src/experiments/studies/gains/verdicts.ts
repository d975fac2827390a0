import { signedPercent } from "../../framework/numbers.ts";
import type { Verdict } from "../../framework/study.ts";
import type { GainsFindings, GainsRun, PlantFindings } from "./findings.ts";
import { mean, meanErrorOf, measuredBoundary, noiseBoundary, responseOf, swings } from "./response.ts";
import type { GainsSettings } from "./settings.ts";

export const nameOf = ({ size, gate }: Pick<PlantFindings, "size" | "gate">): string => `${size}, ${gate}`;
export const limitOf = ({ entropy }: GainsSettings): number => entropy.limit;

export function gainsVerdicts(settings: GainsSettings, { plants }: GainsFindings, quick: boolean): Verdict[] {
  const judged = (passed: boolean): boolean | undefined => (quick ? undefined : passed);
  return [
    authorityIsPositive(plants, judged),
    integralHelps(settings, plants, judged),
    stableIsSteady(settings, plants, judged),
    noiseSetsTheLimit(settings, plants, judged),
    automaticHolds(settings, plants, judged),
    automaticNearBest(plants, judged),
    allFinite(plants),
  ];
}

type Judge = (passed: boolean) => boolean | undefined;

function authorityIsPositive(plants: readonly PlantFindings[], judged: Judge): Verdict {
  const effect = plants.filter(({ gate }) => gate === "entropy-effect");
  return {
    claim: "With the entropy-effect gate alpha above 0 lowers entropy, at every size: the authority b is positive",
    measured: effect.map((plant) => `${plant.size} ${plant.authority.toFixed(4)}`).join(", "),
    passed: judged(effect.every(({ authority }) => authority > 0)),
  };
}

/** At the gains that do not oscillate, |offset| with the integral against that without it. */
function integralHelps(settings: GainsSettings, plants: readonly PlantFindings[], judged: Judge): Verdict {
  const most = Math.max(...settings.kiRatios);
  const offsets = (hasIntegral: boolean): number[] =>
    plants.flatMap((plant) =>
      plant.grid
        .filter(({ kp, ki }) => kp >= 3 && kp <= 30 && (hasIntegral ? Math.abs(ki - kp * most) < 1e-9 : ki === 0))
        .map((run) => Math.abs(responseOf(run, plant.target, limitOf(settings)).offset)),
    );
  const [without, including] = [mean(offsets(false)), mean(offsets(true))];
  return {
    claim: "The integral brings entropy nearer to the target than kp alone (mean |offset| at kp 3 to 30)",
    measured: `${(100 * including).toFixed(1)} % with ki = ${most} kp, ${(100 * without).toFixed(1)} % without`,
    passed: judged(including < without),
  };
}

/** Stability is about entropy; the runs that theory calls stable are those with b kp < 2 and, with the integral, b (2 kp - ki) < 4. */
function stableIsSteady(settings: GainsSettings, plants: readonly PlantFindings[], judged: Judge): Verdict {
  const stable = plants.flatMap((plant) =>
    plant.grid.filter(({ kp, ki }) => plant.authority * (2 * kp - ki) < 4).map((run) => swings("entropy", run, plant, limitOf(settings))),
  );
  const swinging = stable.filter(Boolean).length;
  return {
    claim: "No gain that theory calls stable, b (2 kp - ki) < 4, makes entropy oscillate (vary more than twice as much as without control)",
    measured: `${swinging} of ${stable.length} such runs oscillate`,
    passed: judged(swinging === 0),
  };
}

/** Alpha is what noise reaches first: it lies between the last steady gain and the next, to a factor of 1.5. */
function noiseSetsTheLimit(settings: GainsSettings, plants: readonly PlantFindings[], judged: Judge): Verdict {
  const found = plants.map((plant) => {
    const expected = noiseBoundary(plant, limitOf(settings));
    const steady = measuredBoundary("alpha", plant, limitOf(settings)) ?? 0;
    const next = settings.kp.filter((kp) => kp > steady).sort((a, b) => a - b)[0] ?? Number.POSITIVE_INFINITY;
    return { name: nameOf(plant), expected, steady, next, agrees: expected >= steady / 1.5 && expected <= next * 1.5 };
  });
  return {
    claim: "Alpha begins to swing where the noise of one step makes it, at kp = limit / (2 sqrt(2) s), to a factor of 1.5 (kp alone)",
    measured: found
      .map(({ name, expected, steady, next }) => `${name}: expected ${shown(expected)}, measured between ${steady} and ${shown(next)}`)
      .join("; "),
    passed: judged(found.every(({ agrees }) => agrees)),
  };
}

export function shown(gain: number): string {
  return Number.isFinite(gain) ? String(Number(gain.toPrecision(2))) : "above the grid";
}

function automaticHolds(settings: GainsSettings, plants: readonly PlantFindings[], judged: Judge): Verdict {
  const effect = plants.filter(({ gate }) => gate === "entropy-effect");
  const offsets = effect.map(({ automatic, target }) => responseOf(automatic, target, limitOf(settings)).offset);
  return {
    claim: "Automatic gains hold entropy within 10 % of the target at every size (entropy-effect gate, last third)",
    measured: effect
      .map(({ size, automatic }, i) => `${size} ${signedPercent(offsets[i]!)} at kp ${automatic.kp.toPrecision(2)}`)
      .join(", "),
    passed: judged(offsets.every((offset) => Math.abs(offset) <= 0.1)),
  };
}

/** The run of the grid with the smallest mean distance from the target. */
export function bestOf({ grid, target }: PlantFindings): GainsRun {
  return grid.reduce((best, run) => (meanErrorOf(run, target) < meanErrorOf(best, target) ? run : best));
}

function automaticNearBest(plants: readonly PlantFindings[], judged: Judge): Verdict {
  const effect = plants.filter(({ gate }) => gate === "entropy-effect");
  const pairs = effect.map((plant) => ({
    size: plant.size,
    found: meanErrorOf(plant.automatic, plant.target),
    best: meanErrorOf(bestOf(plant), plant.target),
  }));
  return {
    claim: "Automatic gains stay within twice the mean distance of the grid's best cell (entropy-effect gate)",
    measured: pairs.map(({ size, found, best }) => `${size} ${found.toFixed(3)} against ${best.toFixed(3)} nats`).join(", "),
    passed: judged(pairs.every(({ found, best }) => found <= 2 * best)),
  };
}

function allFinite(plants: readonly PlantFindings[]): Verdict {
  const runs = plants.flatMap(({ free, grid, automatic }) => [free, ...grid, automatic]);
  const finite = runs.filter(({ entropy, alpha }) => [...entropy, ...alpha].every(Number.isFinite));
  return {
    claim: "Entropy and alpha are finite in every step, whatever the gains",
    measured: `${finite.length} of ${runs.length} runs`,
    passed: finite.length === runs.length,
  };
}
