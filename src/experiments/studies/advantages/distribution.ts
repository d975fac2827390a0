import { mean } from "../../../report/statistics.ts";
import type { Score } from "../../../rl/advantages/index.ts";
import { type AdvantageName, advantages } from "../../../rl/advantages/index.ts";

/** How the advantages of many completions are distributed. */
export interface Distribution {
  readonly mean: number;
  readonly deviation: number;
  readonly skewness: number;
  readonly zero: number;
  readonly positive: number;
  /** Values around which advantages pile up: the middles of bins that hold more than their neighbours and at least 5 % of all. */
  readonly modes: readonly number[];
  /** Share of the completions in each bin. Bins are `width` wide, and the middle of the first is `from`. */
  readonly histogram: { readonly from: number; readonly width: number; readonly shares: readonly number[] };
}

const [FROM, TO, WIDTH] = [-3, 3, 0.25];
const BINS = (TO - FROM) / WIDTH;
const MODE_SHARE = 0.05;

/** The advantages that a function makes of the rewards of several steps, each with groups of `groupSize` completions. */
export function distributionOf(name: AdvantageName, steps: readonly (readonly Score[])[], groupSize: number): Distribution {
  const values = steps.flatMap((rewards) => [...advantages[name]({ rewards, groupSize })]);
  return describeValues(values);
}

export function describeValues(values: readonly number[]): Distribution {
  const count = values.length;
  const centre = mean(values);
  const moment = (power: number): number => mean(values.map((value) => (value - centre) ** power));
  const deviation = Math.sqrt(moment(2));
  const shares = histogramOf(values);
  return {
    mean: centre,
    deviation,
    skewness: deviation === 0 ? 0 : moment(3) / deviation ** 3,
    zero: values.filter((value) => value === 0).length / count,
    positive: values.filter((value) => value > 0).length / count,
    modes: modesOf(shares),
    histogram: { from: FROM, width: WIDTH, shares },
  };
}

/** The first and the last bin count what lies beyond them too. Middles of bins are multiples of their width, so that 0 is no edge. */
function histogramOf(values: readonly number[]): number[] {
  const counts = new Array<number>(BINS + 1).fill(0);
  for (const value of values) {
    const bin = Math.min(BINS, Math.max(0, Math.round((value - FROM) / WIDTH)));
    counts[bin]! += 1 / values.length;
  }
  return counts;
}

function modesOf(shares: readonly number[]): number[] {
  return shares.flatMap((share, bin) => {
    const isPeak = share > (shares[bin - 1] ?? 0) && share >= (shares[bin + 1] ?? 0);
    return isPeak && share >= MODE_SHARE ? [FROM + bin * WIDTH] : [];
  });
}
