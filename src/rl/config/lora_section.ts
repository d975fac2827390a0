import { z } from "zod";
import { BASE_STORAGE, LORA_DEFAULTS } from "../../nn/lora.ts";
import { decimal, flag, oneOf, option, section, text, whole } from "../../options/schema.ts";

const NAMES = "a list of names such as [q_proj, v_proj], or a regular expression";

/** Layers by name. A list may be empty only where that means something. */
function layers({ least }: { readonly least: number }) {
  const words = z.array(z.string(), { error: NAMES }).min(least, { error: NAMES });
  return z.union([text(NAMES), words], { error: NAMES });
}

/** The section `lora` of `train`. Where it is left out, the model's own weights are trained. */
export const loraSection = section({
  rank: option(
    whole({ min: 1, max: 4096 }),
    LORA_DEFAULTS.rank,
    "With the section lora, even an empty one (`lora: {}`), low-rank adapters are trained in place of the model's weights, which stay as they are. The rank of an adapter: of its matrices A [rank, in] and B [out, rank].",
  ),
  alpha: option(
    decimal({ min: 1e-6, max: 1e6 }),
    LORA_DEFAULTS.alpha,
    "An adapter's output is scaled by alpha / rank, or by alpha / sqrt(rank) with rslora.",
  ),
  targets: option(
    layers({ least: 1 }),
    LORA_DEFAULTS.targets,
    "The layers that get an adapter, by Hugging Face's names: a list of endings such as [q_proj, v_proj], a regular expression for whole names, or all-linear for every matrix but embeddings and the head.",
  ),
  exclude: option(layers({ least: 0 }), [], "Layers that get no adapter although targets names them, written in the same way."),
  rslora: option(flag(), LORA_DEFAULTS.rslora, "Whether adapters are scaled by alpha / sqrt(rank), which stays right for large ranks."),
  adapter: option(
    text("the path of a folder with adapter_config.json").nullable(),
    null,
    "The folder of a PEFT adapter to go on from. Its own rank, alpha, targets, exclude and rslora then take the place of those here. null begins a new one.",
  ),
  baseStorage: option(
    oneOf(BASE_STORAGE),
    "auto",
    "How the weights under the adapters are stored. auto takes the type of the model's files, so that 16-bit weights stay exactly as they are; f16 and bf16 round f32 weights.",
  ),
});
