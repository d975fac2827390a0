import { EngineError } from "../gpu/errors.ts";
import type { HeadCounts } from "../io/gguf/tensors.ts";
import { f32, type GgufMetadata, type GgufValue, string, u32 } from "../io/gguf/values.ts";
import type { RopeScaling, YarnScaling } from "../ops/rope_table.ts";
import { quoted } from "../options/quote.ts";

/** What llama.cpp needs to know of a model's shape. */
export interface GgufShape extends HeadCounts {
  readonly metadata: GgufMetadata;
  /** What each rotary frequency is divided by, where Llama 3 stretches them. */
  readonly ropeFactors: Float32Array<ArrayBuffer> | undefined;
}

/** Metadata of an architecture, whose keys begin with its name. */
export function keyed(architecture: string, values: Readonly<Record<string, GgufValue>>): GgufMetadata {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${architecture}.${key}`, value]));
}

/** The error that a model has no GGUF file, because of a key of its config.json. */
export function refusal(key: string, value: unknown, why: string): EngineError {
  return new EngineError(`config.json: ${key} is ${quoted(value)}; ${why}, so the model has no GGUF file`);
}

/** How rotary angles are stretched, in llama.cpp's words. */
export function scalingKeys(scaling: RopeScaling | undefined): Readonly<Record<string, GgufValue>> {
  if (scaling?.kind === "linear") return { "rope.scaling.type": string("linear"), "rope.scaling.factor": f32(scaling.factor) };
  return scaling?.kind === "yarn" ? yarnKeys(scaling) : {};
}

function yarnKeys({ factor, attentionFactor, betaFast, betaSlow, truncate, originalMaxPositions }: YarnScaling) {
  if (!truncate) throw refusal("truncate", false, "llama.cpp's YaRN begins and ends at whole dimensions");
  // llama.cpp multiplies by YaRN's usual factor itself.
  const beyondUsual = attentionFactor / (1 + 0.1 * Math.log(factor));
  return {
    "rope.scaling.type": string("yarn"),
    "rope.scaling.factor": f32(factor),
    "rope.scaling.original_context_length": u32(originalMaxPositions),
    ...(Math.abs(beyondUsual - 1) > 1e-6 ? { "rope.scaling.attn_factor": f32(beyondUsual) } : {}),
    ...(betaFast === 32 ? {} : { "rope.scaling.yarn_beta_fast": f32(betaFast) }),
    ...(betaSlow === 1 ? {} : { "rope.scaling.yarn_beta_slow": f32(betaSlow) }),
  };
}
