import assert from "node:assert/strict";
import { test } from "node:test";
import { buildModel } from "../../models/index.ts";
import { runCase } from "../../src/testing/verify_case.ts";
import { sharedDevice } from "../shared_device.ts";
import type { FloatTensor, Tensors } from "./float64_layers.ts";
import { referenceLogProbabilities } from "./float64_model.ts";
import { bases, yarn } from "./forms.ts";
import { randomCheckpoint } from "./random_checkpoint.ts";

const device = await sharedDevice();

type Config = Readonly<Record<string, unknown>>;

const tokens = Array.from({ length: 24 }, (_, t) => (t * 11 + 3) % 31);
const actions = tokens.map((token) => (token * 7 + 5) % 31);

/** Where the ratio is 1 and every advantage too, the loss has the gradient of this. */
function meanLoss(config: Config, values: Tensors): number {
  const rows = referenceLogProbabilities(config, values, tokens);
  return -rows.reduce((sum, row, t) => sum + row[actions[t]!]!, 0) / rows.length;
}

/** The slope of the loss along one number of a tensor, by central differences. */
function slope(config: Config, tensors: Tensors, name: string, index: number): number {
  const { shape, data } = tensors.get(name)!;
  const moved = [1e-3, -1e-3].map((step) => {
    const copy = data.slice();
    copy[index] = data[index]! + step;
    return { at: copy[index]!, loss: meanLoss(config, new Map<string, FloatTensor>([...tensors, [name, { shape, data: copy }]])) };
  });
  return (moved[0]!.loss - moved[1]!.loss) / (moved[0]!.at - moved[1]!.at);
}

/** Holds gradients of the first layer's tensors, and of others by their whole name, against the reference. */
async function checkGradients(config: Config, names: readonly string[]): Promise<void> {
  const tensors = randomCheckpoint(config);
  const one = tokens.map(() => 1);
  const array = (values: readonly number[], shape = [1, values.length]) => ({ shape, data: Float32Array.from(values) });
  const logp = referenceLogProbabilities(config, tensors, tokens).map((row, t) => row[actions[t]!]!);
  const columns = { inputs: tokens, actions, mask: one, old_logp: logp, ref_logp: logp };
  const inputs = new Map(Object.entries(columns).map(([name, values]) => [name, array(values)]));
  const results = await runCase(device, buildModel(config), {
    name: "gradients",
    model: tensors,
    inputs: new Map([...inputs, ["lengths", array([tokens.length], [1])], ["advantages", array([1], [1])]]),
    options: {},
    adamw: { lr: 1e-6, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, max_grad_norm: null, steps: 1 },
  });
  for (const name of names.map((short) => (/^(model|transformer|gpt_neox|lm_head)\./.test(short) ? short : `model.layers.0.${short}`))) {
    const gradient = results.get(`grad.${name}`)!.data;
    for (const index of [0, 5, gradient.length - 1]) {
      const wanted = slope(config, tensors, name, index);
      const error = Math.abs(gradient[index]! - wanted) / (Math.abs(wanted) + 0.01);
      assert.ok(error < 1e-3, `${name}[${index}] is ${gradient[index]}, not ${wanted}`);
    }
  }
}

const inAttention = (...names: readonly string[]): string[] => names.map((name) => `self_attn.${name}`);

test("gradients of every bias, and through YaRN's angles, are those of double precision", () =>
  checkGradients({ ...bases.llama, attention_bias: true, mlp_bias: true, head_dim: 16, rope_theta: 50, rope_scaling: yarn }, [
    ...inAttention("q_proj.weight", "k_proj.weight", "q_proj.bias", "k_proj.bias", "v_proj.bias", "o_proj.bias"),
    ...["mlp.gate_proj.bias", "mlp.up_proj.bias", "mlp.down_proj.bias"],
  ]));

test("gradients of Granite are those of double precision: through its factors on embeddings, branches, scores and logits", () =>
  checkGradients(bases.granite!, [
    ...inAttention("q_proj.weight", "k_proj.weight", "v_proj.weight", "o_proj.weight"),
    ...["mlp.down_proj.weight", "model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"],
  ]));

test("gradients of Granite 4 are those of double precision: through gate and up in one matrix", () =>
  checkGradients(bases.granitemoehybrid!, [
    ...inAttention("q_proj.weight", "k_proj.weight"),
    ...["shared_mlp.input_linear.weight", "shared_mlp.output_linear.weight", "model.embed_tokens.weight"],
  ]));

test("gradients of OLMo 2 are those of double precision: through norms of all queries and keys, and norms after branches", () =>
  checkGradients(bases.olmo2!, [
    ...inAttention("q_proj.weight", "k_proj.weight", "v_proj.weight", "q_norm.weight", "k_norm.weight"),
    ...["post_attention_layernorm.weight", "mlp.up_proj.weight", "post_feedforward_layernorm.weight", "model.embed_tokens.weight"],
  ]));

test("gradients of SmolLM3 are those of double precision: through a layer without positions", () =>
  checkGradients({ ...bases.smollm3, no_rope_layers: [0, 1, 1, 1, 1] }, inAttention("q_proj.weight", "k_proj.weight", "v_proj.weight")));

test("gradients of Gemma 3 are those of double precision: of weights less 1, gates with GELU, scaled embeddings, and windows", () =>
  checkGradients({ ...bases.gemma3_text, sliding_window: 7, query_pre_attn_scalar: 2.5 }, [
    ...inAttention("q_proj.weight", "k_proj.weight", "q_norm.weight", "k_norm.weight", "o_proj.weight"),
    ...["input_layernorm.weight", "post_attention_layernorm.weight", "pre_feedforward_layernorm.weight"],
    ...[
      "post_feedforward_layernorm.weight",
      "mlp.gate_proj.weight",
      "mlp.up_proj.weight",
      "model.embed_tokens.weight",
      "model.norm.weight",
    ],
  ]));

test("gradients of Gemma 2 are those of double precision: through the caps of scores and logits, and windows in every other layer", () =>
  checkGradients({ ...bases.gemma2, sliding_window: 7 }, [
    ...inAttention("q_proj.weight", "k_proj.weight", "v_proj.weight", "o_proj.weight"),
    ...["input_layernorm.weight", "post_feedforward_layernorm.weight", "mlp.gate_proj.weight", "model.embed_tokens.weight"],
    "model.norm.weight",
  ]));

test("gradients of nanochat are those of double precision: through norms without weights, squared ReLU, and a cap", () =>
  checkGradients({ ...bases.nanochat, attention_bias: true }, [
    ...inAttention("q_proj.weight", "k_proj.weight", "v_proj.weight", "o_proj.weight", "q_proj.bias", "o_proj.bias"),
    ...["mlp.fc1.weight", "mlp.fc2.weight", "model.embed_tokens.weight", "lm_head.weight"],
  ]));

test("gradients of LFM2 are those of double precision: through short convolutions with biases and without, and attention behind them", async () => {
  const inConvolution = ["conv.in_proj.weight", "conv.conv.weight", "conv.out_proj.weight"];
  const others = [
    ...["q_proj.weight", "v_proj.weight", "q_layernorm.weight", "k_layernorm.weight", "out_proj.weight"].map((name) => `self_attn.${name}`),
    ...["operator_norm.weight", "ffn_norm.weight", "feed_forward.w1.weight", "feed_forward.w2.weight", "feed_forward.w3.weight"],
  ];
  const top = ["model.embed_tokens.weight", "model.embedding_norm.weight"];
  await checkGradients(bases.lfm2!, [...inConvolution, ...others.map((name) => `model.layers.1.${name}`), ...top]);
  const biases = ["conv.in_proj.bias", "conv.conv.bias", "conv.out_proj.bias"];
  await checkGradients({ ...bases.lfm2, conv_bias: true, conv_L_cache: 4 }, [...inConvolution, ...biases]);
});

test("gradients of GPT-Neo are those of double precision: through scores that nothing divides, and windows", () => {
  const inBlock = ["attn.attention.q_proj.weight", "attn.attention.k_proj.weight", "attn.attention.v_proj.weight", "mlp.c_fc.weight"];
  return checkGradients({ ...bases.gpt_neo, attention_types: [[["local"], 2]], window_size: 7 }, [
    ...inBlock.map((name) => `transformer.h.0.${name}`),
    ...["transformer.h.0.attn.attention.out_proj.bias", "transformer.h.0.ln_1.weight", "transformer.wte.weight", "transformer.wpe.weight"],
  ]);
});

test("gradients of GPT-NeoX are those of double precision: through a part of each head that is rotated, and the exact GELU", () => {
  const layer = [
    "attention.query_key_value.weight",
    "attention.query_key_value.bias",
    "attention.dense.weight",
    "mlp.dense_h_to_4h.weight",
  ];
  return checkGradients(bases.gpt_neox!, [
    ...[...layer, "post_attention_layernorm.weight"].map((name) => `gpt_neox.layers.0.${name}`),
    "gpt_neox.embed_in.weight",
  ]);
});
