import { EngineError } from "../gpu/errors.ts";
import { listed, quoted } from "../options/quote.ts";
import type { ConfigReader } from "./config.ts";

/** Keys that are true of every model here; false would be another model. */
const ALWAYS_TRUE = ["is_causal", "causal", "use_rope", "use_rotary"];

/**
 * Reads the keys of config.json that all families share and that would make another model of it. `architectures` are the classes of
 * transformers that compute what the family does.
 * @throws EngineError naming the key that is not honoured
 */
export function readCommonKeys(read: ConfigReader, architectures: readonly string[]): void {
  const named = read.value("architectures");
  const classes = Array.isArray(named) ? named : [named ?? architectures[0]];
  if (classes.length > 0 && !classes.some((name) => architectures.includes(name as string))) {
    read.refuse("architectures", `absent, or name ${listed(architectures)}, as model_type says`);
  }
  if (read.value("quantization_config") !== undefined) {
    read.refuse("quantization_config", "absent, because quantised weights are not read; take the model that was quantised");
  }
  if (read.value("auto_map") !== undefined) {
    read.refuse("auto_map", "absent, because a model's own code is not run; remove it where that code computes what model_type says");
  }
  for (const key of ALWAYS_TRUE) if (read.value(key) !== undefined && !read.flag(key, true)) read.refuse(key, "true or absent");
  for (const key of ["is_encoder_decoder", "add_cross_attention"]) {
    if (read.flag(key, false)) read.refuse(key, "false or absent, because a decoder alone is built");
  }
  requireOneDtype(read);
}

/** The cap of logits or of scores under a key, where null is none, and no key is what the family has. */
export function readSoftCap(read: ConfigReader, key: string, otherwise: number | undefined): number | undefined {
  if (!read.has(key)) return otherwise;
  return read.value(key) === undefined ? undefined : read.number(key, undefined, { min: 1e-3, max: 1e6 });
}

/** `dtype` is how transformers 5 writes torch_dtype. The tensors of a file say their own type; this only must not contradict itself. */
function requireOneDtype(read: ConfigReader): void {
  const [now, before] = ["dtype", "torch_dtype"].map((key) => {
    const value = read.value(key);
    return value === undefined ? undefined : read.text(key, "").replace(/^torch\./, "");
  });
  if (now === undefined || before === undefined || now === before) return;
  throw new EngineError(`config.json: dtype is ${quoted(now)} and torch_dtype is ${quoted(before)}; remove the one that does not hold`);
}
