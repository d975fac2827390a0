import { logSoftmax } from "./token_statistics.ts";

interface Sampling {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly banned?: readonly number[];
  readonly seen?: readonly number[];
}

/** Of a row of logits: the distribution that a token is drawn from, and logp and entropy of all tokens as the model has them. */
export function nextTokenReference(
  logits: ArrayLike<number>,
  options: Sampling,
): { readonly probabilities: number[]; readonly logp: number[]; readonly entropy: number } {
  const { temperature, topK, topP, minP = 0, banned = [] } = options;
  const logp = logSoftmax(Array.from(logits, (value) => value / (temperature || 1)));
  const entropy = -logp.reduce((sum, value) => sum + Math.exp(value) * value, 0);
  const drawn = logSoftmax(penalised(Array.from(logits), options).map((value) => value / (temperature || 1)));
  const order = drawn.map((_, token) => token).filter((token) => !banned.includes(token));
  order.sort((a, b) => drawn[b]! - drawn[a]!);
  if (temperature === 0) return { probabilities: drawn.map((_, token) => (token === order[0] ? 1 : 0)), logp, entropy };
  let kept = topK > 0 ? order.slice(0, topK) : order;
  const massOf = (tokens: readonly number[]): number => tokens.reduce((sum, token) => sum + Math.exp(drawn[token]!), 0);
  if (topP < 1) {
    const least = topP * massOf(kept);
    let sum = 0;
    const end = kept.findIndex((token) => {
      sum += Math.exp(drawn[token]!);
      return sum >= least;
    });
    kept = kept.slice(0, end + 1);
  }
  const largest = Math.exp(drawn[order[0]!]!);
  kept = kept.filter((token) => Math.exp(drawn[token]!) >= minP * largest);
  const mass = massOf(kept);
  const isKept = new Set(kept);
  return { probabilities: drawn.map((value, token) => (isKept.has(token) ? Math.exp(value) / mass : 0)), logp, entropy };
}

/** Logits after the repetition penalty of Keskar et al. 2019 (arXiv 1909.05858), as transformers applies it to negative ones. */
function penalised(logits: readonly number[], { repetitionPenalty = 1, seen = [] }: Sampling): number[] {
  return logits.map((value, token) => {
    if (!seen.includes(token)) return value;
    return value > 0 ? value / repetitionPenalty : value * repetitionPenalty;
  });
}
