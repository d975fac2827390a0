/** How rotary angles are stretched for long contexts. */
export type RopeScaling =
  | { readonly kind: "linear"; readonly factor: number }
  | {
      readonly kind: "llama3";
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalMaxPositions: number;
    }
  | YarnScaling
  | LongRopeScaling;

/** YaRN (Peng et al. 2023, arXiv 2309.00071): short waves are kept, long ones divided, and queries and keys grow. */
export interface YarnScaling {
  readonly kind: "yarn";
  readonly factor: number;
  /** Multiplies cosines and sines. */
  readonly attentionFactor: number;
  /** Waves that turn more often than this over the original context are kept. */
  readonly betaFast: number;
  /** Waves that turn less often than this over the original context are divided by the factor. */
  readonly betaSlow: number;
  /** Whether the range between them begins and ends at whole dimensions. */
  readonly truncate: boolean;
  readonly originalMaxPositions: number;
}

/** LongRoPE (Ding et al. 2024, arXiv 2402.13753): each frequency is divided by a factor of its own, and queries and keys grow. */
export interface LongRopeScaling {
  readonly kind: "longrope";
  /** One for each pair of numbers. */
  readonly factors: readonly number[];
  /** Multiplies cosines and sines. */
  readonly attentionFactor: number;
}

/** What a table of rotary angles is made for. */
export interface RopeOptions {
  readonly positions: number;
  /** The numbers of a head that are rotated: all, or so many from the first on. */
  readonly headDim: number;
  readonly theta: number;
  readonly scaling?: RopeScaling;
  /** Whether angles turn the other way (nanochat). Default: false. */
  readonly isReversed?: boolean;
}

/** Cosines, then sines, of D/2 angles per position, in double precision on the host: [P, D]. */
export function ropeTable(options: RopeOptions): Float32Array {
  const { positions, headDim, scaling } = options;
  const half = headDim / 2;
  const frequencies = scaled(
    Array.from({ length: half }, (_, i) => options.theta ** ((-2 * i) / headDim)),
    options,
  );
  const direction = options.isReversed ? -1 : 1;
  const length = scaling?.kind === "yarn" || scaling?.kind === "longrope" ? scaling.attentionFactor : 1;
  const table = new Float32Array(positions * headDim);
  for (let position = 0; position < positions; position += 1) {
    frequencies.forEach((frequency, i) => {
      table[position * headDim + i] = Math.cos(position * frequency) * length;
      table[position * headDim + half + i] = Math.sin(position * frequency) * length * direction;
    });
  }
  return table;
}

function scaled(frequencies: readonly number[], { scaling, theta }: RopeOptions): readonly number[] {
  if (!scaling) return frequencies;
  if (scaling.kind === "longrope") return frequencies.map((frequency, i) => frequency / scaling.factors[i]!);
  const { factor } = scaling;
  if (scaling.kind === "linear") return frequencies.map((frequency) => frequency / factor);
  if (scaling.kind === "yarn") {
    const kept = yarnKept(scaling, theta, frequencies.length);
    return frequencies.map((frequency, i) => (frequency / factor) * (1 - kept[i]!) + frequency * kept[i]!);
  }
  const { lowFreqFactor, highFreqFactor, originalMaxPositions } = scaling;
  return frequencies.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    const smooth = Math.min(1, Math.max(0, (originalMaxPositions / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor)));
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}

/** How much of each frequency YaRN keeps: 1 for short waves, 0 for long ones, and a ramp between. */
function yarnKept(scaling: YarnScaling, theta: number, half: number): number[] {
  const { betaFast, betaSlow, truncate, originalMaxPositions } = scaling;
  // The dimension whose wave turns so many times over the original context.
  const dimension = (turns: number): number => (half * Math.log(originalMaxPositions / (turns * 2 * Math.PI))) / Math.log(theta);
  const [first, last] = [dimension(betaFast), dimension(betaSlow)];
  const low = Math.max(truncate ? Math.floor(first) : first, 0);
  const high = Math.min(truncate ? Math.ceil(last) : last, 2 * half - 1);
  const width = high === low ? 0.001 : high - low;
  return Array.from({ length: half }, (_, i) => 1 - Math.min(1, Math.max(0, (i - low) / width)));
}
