import type { EntropyRatioOptions } from "../../ops/entropy_ratio.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import type { HostValues } from "../check_op.ts";

/** 1 for every response token whose entropy is not between 1 - low and 1 + high times the old one, else 0, and how many there are. */
export function entropyRatioReference(
  { statistics, token_inputs, old_entropy }: HostValues,
  { low, high }: EntropyRatioOptions,
): { outside: Float64Array; count: Float64Array } {
  const masks = TOKEN_INPUT.column(token_inputs!.data, "mask");
  const outside = TOKEN_STATISTICS.column(statistics!.data, "entropy").map((entropy, row) => {
    const ratio = (entropy + 1e-8) / (old_entropy!.data[row]! + 1e-8);
    return masks[row]! > 0 && !(ratio > 1 - low && ratio < 1 + high) ? 1 : 0;
  });
  return { outside: Float64Array.from(outside), count: Float64Array.of(outside.filter((one) => one === 1).length) };
}
