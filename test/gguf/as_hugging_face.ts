import assert from "node:assert/strict";
import type { HostTensor } from "../../src/io/safetensors.ts";
import type { ReadGguf } from "./read_gguf.ts";

const LAYER: readonly (readonly [ours: string, theirs: string])[] = [
  ["attn_norm", "input_layernorm"],
  ["attn_q", "self_attn.q_proj"],
  ["attn_k", "self_attn.k_proj"],
  ["attn_v", "self_attn.v_proj"],
  ["attn_output", "self_attn.o_proj"],
  ["attn_q_norm", "self_attn.q_norm"],
  ["attn_k_norm", "self_attn.k_norm"],
  ["ffn_norm", "post_attention_layernorm"],
  ["ffn_gate", "mlp.gate_proj"],
  ["ffn_up", "mlp.up_proj"],
  ["ffn_down", "mlp.down_proj"],
];
/** OLMo 2 and Gemma 3 norm branches after they are computed, too. */
const NORMED_AFTER: typeof LAYER = [
  ...LAYER.filter(([ours]) => ours !== "ffn_norm"),
  ["post_attention_norm", "post_attention_layernorm"],
  ["ffn_norm", "pre_feedforward_layernorm"],
  ["post_ffw_norm", "post_feedforward_layernorm"],
];
const GPT2_LAYER: typeof LAYER = [
  ["attn_norm", "ln_1"],
  ["attn_qkv", "attn.c_attn"],
  ["attn_output", "attn.c_proj"],
  ["ffn_norm", "ln_2"],
  ["ffn_up", "mlp.c_fc"],
  ["ffn_down", "mlp.c_proj"],
];
const GPT_NEOX_LAYER: typeof LAYER = [
  ["attn_norm", "input_layernorm"],
  ["attn_qkv", "attention.query_key_value"],
  ["attn_output", "attention.dense"],
  ["ffn_norm", "post_attention_layernorm"],
  ["ffn_up", "mlp.dense_h_to_4h"],
  ["ffn_down", "mlp.dense_4h_to_h"],
];
const LFM2_LAYER: typeof LAYER = [
  ["attn_norm", "operator_norm"],
  ["attn_q", "self_attn.q_proj"],
  ["attn_k", "self_attn.k_proj"],
  ["attn_v", "self_attn.v_proj"],
  ["attn_output", "self_attn.out_proj"],
  ["attn_q_norm", "self_attn.q_layernorm"],
  ["attn_k_norm", "self_attn.k_layernorm"],
  ["shortconv.in_proj", "conv.in_proj"],
  ["shortconv.conv", "conv.conv"],
  ["shortconv.out_proj", "conv.out_proj"],
  ["ffn_norm", "ffn_norm"],
  ["ffn_gate", "feed_forward.w1"],
  ["ffn_up", "feed_forward.w3"],
  ["ffn_down", "feed_forward.w2"],
];
const OUTSIDE: Readonly<Record<string, string>> = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
};
const GPT2_OUTSIDE: Readonly<Record<string, string>> = {
  "token_embd.weight": "transformer.wte.weight",
  "position_embd.weight": "transformer.wpe.weight",
  "output_norm.weight": "transformer.ln_f.weight",
  "output_norm.bias": "transformer.ln_f.bias",
  "output.weight": "lm_head.weight",
};

const GPT_NEOX_OUTSIDE: Readonly<Record<string, string>> = {
  "token_embd.weight": "gpt_neox.embed_in.weight",
  "output_norm.weight": "gpt_neox.final_layer_norm.weight",
  "output_norm.bias": "gpt_neox.final_layer_norm.bias",
  "output.weight": "embed_out.weight",
};
const LFM2_OUTSIDE: Readonly<Record<string, string>> = {
  "token_embd.weight": "model.embed_tokens.weight",
  "token_embd_norm.weight": "model.embedding_norm.weight",
  "output.weight": "lm_head.weight",
};
const LAYERS: Readonly<Record<string, typeof LAYER>> = {
  gpt2: GPT2_LAYER,
  olmo2: NORMED_AFTER,
  gemma2: NORMED_AFTER,
  gemma3: NORMED_AFTER,
  gptneox: GPT_NEOX_LAYER,
  lfm2: LFM2_LAYER,
};
const PREFIXES: Readonly<Record<string, string>> = { gpt2: "transformer.h", gptneox: "gpt_neox.layers" };
const OUTSIDES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  gpt2: GPT2_OUTSIDE,
  gptneox: GPT_NEOX_OUTSIDE,
  lfm2: LFM2_OUTSIDE,
};

/** The tensors of a GGUF file as a model of Hugging Face has them, found as transformers' own reader of GGUF files does. */
export function asHuggingFace({ metadata, tensors }: ReadGguf): Map<string, HostTensor> {
  const architecture = metadata["general.architecture"] as string;
  const isGpt2 = architecture === "gpt2";
  const heads = (which: string): number => Number(metadata[`${architecture}.attention.head_count${which === "k" ? "_kv" : ""}`]);
  const model = new Map<string, HostTensor>();
  for (const [name, { dimensions, data }] of tensors) {
    if (name === "rope_freqs.weight") continue;
    const [, layer, part, ending] = /^blk\.(\d+)\.([\w.]+)\.(weight|bias)$/.exec(name) ?? [];
    const names = LAYERS[architecture] ?? LAYER;
    const inner = names.find(([ours]) => ours === part)?.[1];
    const theirs = inner
      ? `${PREFIXES[architecture] ?? "model.layers"}.${layer}.${inner}.${ending}`
      : (OUTSIDES[architecture] ?? OUTSIDE)[name];
    assert.ok(theirs, `${name} is no name of llama.cpp's`);
    const [rows, ...columns] = [...dimensions].reverse();
    // PyTorch's weights of a convolution of single channels.
    const shape = [rows!, ...(part === "shortconv.conv" ? [1] : []), ...columns];
    const [, which] = /attn_([qk])\./.exec(name) ?? [];
    let values: ArrayLike<number> = data;
    if (/^gemma[23]$/.test(architecture) && name.endsWith("norm.weight")) values = data.map((value) => value - 1);
    if (["granite", "llama", "smollm3"].includes(architecture) && which) values = unpaired(data, shape[0]!, heads(which));
    if (part === "attn_qkv" && !isGpt2) values = ofHeads(data, heads("q"));
    const isConvolution = isGpt2 && ending === "weight" && /attn_qkv|attn_output|ffn_up|ffn_down/.test(name);
    if (isConvolution) values = turned(data, shape);
    model.set(theirs, { dtype: "F32", shape: isConvolution ? dimensions : shape, data: Float32Array.from(values) });
  }
  return model;
}

/** w.reshape(heads, D / 2, 2, columns).swapaxes(1, 2) */
function unpaired(data: Float64Array, rows: number, heads: number): number[] {
  const [columns, half] = [data.length / rows, rows / heads / 2];
  const result: number[] = [];
  for (let head = 0; head < heads; head += 1) {
    for (let side = 0; side < 2; side += 1) {
      for (let i = 0; i < half; i += 1) {
        const row = head * 2 * half + 2 * i + side;
        result.push(...data.subarray(row * columns, (row + 1) * columns));
      }
    }
  }
  return result;
}

/** w.reshape(3, heads, D, columns).swapaxes(0, 1) */
function ofHeads(data: Float64Array, heads: number): number[] {
  const block = data.length / (3 * heads);
  const at = (head: number, which: number): number => (which * heads + head) * block;
  return Array.from({ length: heads }, (_, head) =>
    [0, 1, 2].flatMap((which) => [...data.subarray(at(head, which), at(head, which) + block)]),
  ).flat();
}

function turned(data: Float64Array, [rows, columns]: readonly number[]): Float64Array {
  return data.map((_, i) => data[(i % rows!) * columns! + Math.floor(i / rows!)]!);
}
