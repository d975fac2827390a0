/** A temperature, and the mean entropy of the tokens that were sampled at it, in nats. */
export interface EntropyPoint {
  readonly temperature: number;
  readonly entropy: number;
}

/** The temperatures that are searched. Below, logits divided by it leave the range in which a softmax is more than a choice. */
const TEMPERATURES = { lowest: 0.05, highest: 4 } as const;

/**
 * The search ends where the entropy is within the share `entropy` of the one that is wanted, or where the temperature is known to the share
 * `temperature`. The entropy of finitely many samples may leap there; a leap beyond the share `leap` is no match.
 */
export const TOLERANCES = { entropy: 0.01, temperature: 0.002, leap: 0.1 } as const;

export interface MatchOptions {
  /** The entropy that is wanted, in nats. */
  readonly target: number;
  /** The mean entropy of tokens sampled at a temperature. It rises with it, but for the noise of sampling. */
  readonly entropyAt: (temperature: number) => Promise<number>;
  /** What has been measured already, in any order. Measurements are added. */
  readonly known: EntropyPoint[];
}

/**
 * The temperature at which a policy's samples have an entropy, by bisection on log T between the nearest measured temperatures around it.
 * Undefined where the entropy lies beyond what the lowest and the highest temperature give.
 */
export async function temperatureOfEntropy({ target, entropyAt, known }: MatchOptions): Promise<EntropyPoint | undefined> {
  const measureAt = async (temperature: number): Promise<EntropyPoint> => {
    const point = known.find((one) => one.temperature === temperature) ?? { temperature, entropy: await entropyAt(temperature) };
    if (!known.includes(point)) known.push(point);
    return point;
  };
  const { lowest, highest } = TEMPERATURES;
  if (!known.some(({ entropy }) => entropy <= target)) await measureAt(lowest);
  if (!known.some(({ entropy }) => entropy >= target)) await measureAt(highest);
  let bracket = bracketOf(target, known);
  while (bracket) {
    const [low, high] = bracket;
    const nearest = Math.abs(low.entropy - target) <= Math.abs(high.entropy - target) ? low : high;
    const distance = Math.abs(nearest.entropy - target) / target;
    if (distance <= TOLERANCES.entropy) return nearest;
    if (Math.log(high.temperature / low.temperature) <= TOLERANCES.temperature) return distance <= TOLERANCES.leap ? nearest : undefined;
    const middle = await measureAt(Math.sqrt(low.temperature * high.temperature));
    bracket = middle.entropy <= target ? [middle, high] : [low, middle];
  }
  return undefined;
}

/** The hottest two neighbours among measured temperatures that have the target between them. Undefined where there are none. */
function bracketOf(target: number, known: readonly EntropyPoint[]): readonly [EntropyPoint, EntropyPoint] | undefined {
  const sorted = [...known].sort((a, b) => a.temperature - b.temperature);
  const above = sorted.findLastIndex(({ entropy }, i) => i > 0 && sorted[i - 1]!.entropy <= target && entropy >= target);
  return above < 0 ? undefined : [sorted[above - 1]!, sorted[above]!];
}

/** Why there is no such temperature, in one line. */
export function unmatched(target: number, known: readonly EntropyPoint[]): string {
  const sorted = [...known].sort((a, b) => a.temperature - b.temperature);
  const [coldest, hottest] = [sorted[0]!, sorted.at(-1)!];
  const at = ({ temperature, entropy }: EntropyPoint): string => `${Number(entropy.toPrecision(3))} nats at temperature ${temperature}`;
  return `no temperature gives an entropy of ${target} nats: samples have ${at(coldest)} and ${at(hottest)}; it is left out`;
}
