/** Up to here the series has all its digits; from here on the fraction below converges in as many terms as are computed. */
const FRACTION_FROM = 2;
const TERMS = 80;

/**
 * The distribution function of the standard normal distribution in double precision, (1 + erf(x / sqrt 2)) / 2, to 14 digits: by the
 * series x + x^3 / 3 + x^5 / (3 5) + ... and by the continued fraction 1 / (x + 1 / (x + 2 / (x + ...))), each times the density (Abramowitz &
 * Stegun 1964, 26.2.11 and 26.2.14).
 */
export function normalDistribution(x: number): number {
  const far = Math.abs(x);
  if (!(far < FRACTION_FROM)) {
    let denominator = far;
    for (let k = TERMS; k > 0; k -= 1) denominator = far + k / denominator;
    const tail = normalDensity(x) / denominator;
    return x < 0 ? tail : 1 - tail;
  }
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * far; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

/** The slope of normalDistribution: e^(-x^2 / 2) / sqrt(2 pi). */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}
