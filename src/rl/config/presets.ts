import { isMapping } from "../../options/problems.ts";

/** The default of grpo.maxNewTokens, which a preset may depend on. */
export const DEFAULT_MAX_NEW_TOKENS = 8;

/** Values that `entropy.preset` stands for; keys written out win over them. */
export const entropyPresets = {
  paper: { kp: 1, ki: 0.01, gate: "probability", tau: 0.95, target: 0.1 },
  "hold-then-release": { target: "auto", ki: 0.3, release: 0.8 },
  floor: { target: "group", rho: 0.7, ki: 0.3, mode: "floor", release: 0.8 },
} as const;

/** Values that `grpo.preset` stands for, given maxNewTokens and the loss; keys written out win over them. */
export const grpoPresets = {
  dapo: (maxNewTokens: number, loss: unknown) => ({
    // GSPO's ratios are of whole sequences, and so are its bounds, a thousandth of these.
    ...(loss !== "gspo" && { clipHigh: 0.28 }),
    aggregate: "token-mean",
    dynamicSampling: 3,
    overlongBuffer: Math.floor(maxNewTokens / 5),
  }),
} as const;

/** Fills in the values that a configuration's presets stand for. A preset that does not exist is left for the schema to refuse. */
export function withPresets(value: unknown): unknown {
  if (!isMapping(value)) return value;
  const { grpo, entropy } = value;
  return {
    ...value,
    ...(isMapping(grpo) && { grpo: { ...grpoPreset(grpo), ...grpo } }),
    ...(isMapping(entropy) && { entropy: { ...entropyPreset(entropy), ...entropy } }),
  };
}

function entropyPreset({ preset }: Record<string, unknown>): object {
  return isKeyOf(entropyPresets, preset) ? entropyPresets[preset] : {};
}

function grpoPreset({ preset, maxNewTokens = DEFAULT_MAX_NEW_TOKENS, loss }: Record<string, unknown>): object {
  return isKeyOf(grpoPresets, preset) && typeof maxNewTokens === "number" ? grpoPresets[preset](maxNewTokens, loss) : {};
}

function isKeyOf<Table extends object>(table: Table, key: unknown): key is keyof Table {
  return typeof key === "string" && Object.hasOwn(table, key);
}
