// An architecture of one's own: blocks whose attention and MLP read the same norm and are added side by side (as in GPT-J). It is
// warm-started on countdown with two numbers, then trained by reinforcement learning. Fields are named as a checkpoint's tensors.
import {
  add,
  characterTokenizer,
  createModel,
  GRPOTrainer,
  nn,
  openDevice,
  parseSftConfig,
  type Rows,
  type Tensor,
  tasks,
  warmStart,
} from "entropic-webgpu";

const SIZE = 48;
const LAYERS = 2;
const CONTEXT = 16;

class ParallelBlock extends nn.Module {
  readonly norm = new nn.RMSNorm(SIZE, 1e-5);
  readonly mlp = new nn.GatedMlp(SIZE, 2 * SIZE, { std: 0.1 });
  readonly self_attn: nn.CausalSelfAttention;

  constructor(rotary: nn.RotaryEmbedding) {
    super();
    this.self_attn = new nn.CausalSelfAttention({ hiddenSize: SIZE, heads: 4, keyValueHeads: 2, headDim: SIZE / 4, rotary, std: 0.1 });
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const normed = this.norm.forward(x);
    return add(add(x, this.self_attn.forward(normed, rows)), this.mlp.forward(normed));
  }
}

class ParallelTransformer extends nn.LanguageModel {
  readonly contextLength = CONTEXT;
  readonly hiddenSize = SIZE;
  // Rows meet in CausalSelfAttention alone, so the completions of one prompt may share its rows.
  override readonly sharesRows = true;
  readonly vocabSize: number;
  readonly embed_tokens: nn.Embedding;
  readonly layers: readonly ParallelBlock[];
  readonly norm = new nn.RMSNorm(SIZE, 1e-5);

  constructor(vocabSize: number) {
    super();
    const rotary = new nn.RotaryEmbedding({ positions: CONTEXT, headDim: SIZE / 4, theta: 10000 });
    this.vocabSize = vocabSize;
    this.embed_tokens = new nn.Embedding(vocabSize, SIZE, 0.1);
    this.layers = Array.from({ length: LAYERS }, () => new ParallelBlock(rotary));
  }

  /** tokens: [N] -> [N, C] */
  forward(tokens: Tensor, rows: Rows): Tensor {
    return this.norm.forward(this.layers.reduce((x, layer) => layer.forward(x, rows), this.embed_tokens.forward(tokens)));
  }

  head(): nn.Parameter {
    return this.embed_tokens.weight;
  }
}

const task = tasks.countdown({ numbers: 2, max: 9 });
const tokenizer = characterTokenizer(task.alphabet);
const config = { model_type: "parallel", vocab_size: tokenizer.vocabSize };
const device = await openDevice();
const model = await createModel(device, { config, tokenizer, seed: 0, build: () => new ParallelTransformer(tokenizer.vocabSize) });
console.log(`${model.placed.parameterCount} parameters on ${device.name}`);

const sft = parseSftConfig({
  model: config,
  task: { name: task.name },
  sft: { steps: 300, batch: 64, learningRate: 0.005, evalEvery: 25, stopAtPassAt1: 0.3 },
  eval: { prompts: 32, completions: 8 },
});
for await (const { step, loss, evaluation } of warmStart({ device, model, task, config: sft })) {
  if (evaluation) console.log(`warm start, step ${step}: loss ${loss.toFixed(3)}, pass@1 ${evaluation.passAt1.toFixed(3)}`);
}

const trainer = new GRPOTrainer({ device, model, task, entropy: { target: 0.3 }, config: { steps: 5, prompts: 16, learningRate: 0.001 } });
for await (const { step, reward, entropy } of trainer)
  console.log(`step ${step}: reward ${reward?.toFixed(3)}, entropy ${entropy?.toFixed(3)} nats`);
await trainer.destroy();
