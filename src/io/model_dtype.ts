import type { SavedDtype } from "./convert_floats.ts";

/** The names of the types in config.json. */
const NAMES: Readonly<Record<SavedDtype, string>> = { f32: "float32", f16: "float16", bf16: "bfloat16" };

/** The keys under which config.json states the type of the weights; transformers 5 renamed the older `torch_dtype`. */
const KEYS = ["dtype", "torch_dtype"] as const;

/**
 * config.json of a model whose weights are saved in a type: the keys that state a type state this one. A config.json without such a key means
 * float32, and gets one where the weights are not.
 */
export function configWithDtype(config: Readonly<Record<string, unknown>>, dtype: SavedDtype): Readonly<Record<string, unknown>> {
  const stated = KEYS.filter((key) => Object.hasOwn(config, key));
  const wanted = stated.length > 0 || dtype === "f32" ? stated : (["torch_dtype"] as const);
  return { ...config, ...Object.fromEntries(wanted.map((key) => [key, NAMES[dtype]])) };
}
