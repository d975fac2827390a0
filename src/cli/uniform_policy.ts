/** Nats per token below ln V at which a distribution is as good as uniform. */
const TOLERANCE = 1e-3;

/**
 * Says on stderr that a model gives every token the same probability: nothing was trained, or its weights are so large that norms overflow
 * to 0. `entropy`: the mean over tokens, in nats.
 */
export function warnOfUniformPolicy(entropy: number, vocabSize: number): void {
  if (Math.log(vocabSize) - entropy > TOLERANCE) return;
  process.stderr.write(
    `note: every token is equally probable (entropy ${entropy.toFixed(3)} is ln ${vocabSize}): this model knows nothing, or its weights are too large to compute with\n`,
  );
}
