/** TensorFlow.js: the training step is tf.variableGrads over core operations and tf.train.adam. */
import { createRequire } from "node:module";
import { defineNavigator } from "./browser.ts";
import { importPeer, installedVersion, main, type Prepared } from "./peer.ts";
import { LAYER_NORM_EPSILON, OPTIMIZER, type TransformerWorkload, type WorkloadFolder } from "./workload.ts";

interface Value {
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

type Variables = Readonly<Record<string, Value>>;

interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  backend(): object;
  tidy<Result extends Value>(f: () => Result): Result;
  dispose(values: Variables): void;
  tensor(data: Float32Array | Int32Array, shape: readonly number[], dtype: "float32" | "int32"): Value;
  variable(value: Value, trainable: boolean, name: string): Value;
  variableGrads(f: () => Value): { readonly value: Value; readonly grads: Variables };
  readonly train: {
    adam(learningRate: number, beta1: number, beta2: number, epsilon: number): { applyGradients(gradients: Variables): void };
  };
  add(a: Value, b: Value | number): Value;
  sub(a: Value, b: Value): Value;
  mul(a: Value, b: Value | number): Value;
  sum(x: Value, axis: number): Value;
  mean(x: Value): Value;
  rsqrt(x: Value): Value;
  tanh(x: Value): Value;
  softmax(x: Value): Value;
  logSoftmax(x: Value): Value;
  moments(x: Value, axis: number, keepDims: boolean): { readonly mean: Value; readonly variance: Value };
  oneHot(x: Value, depth: number): Value;
  gather(x: Value, indices: Value): Value;
  split(x: Value, parts: number, axis: number): Value[];
  reshape(x: Value, shape: readonly number[]): Value;
  transpose(x: Value, permutation: readonly number[]): Value;
  matMul(a: Value, b: Value, transposeA?: boolean, transposeB?: boolean): Value;
}

/** The WebGPU backend records commands until there are many, or until something is read. */
interface WebGpuBackend {
  readonly device: GPUDevice;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** Sends what is recorded and waits for it. */
async function finish(tf: TensorFlow): Promise<void> {
  const backend = tf.backend() as WebGpuBackend;
  backend.endComputePassEncoder();
  backend.submitQueue();
  await backend.device.queue.onSubmittedWorkDone();
}

function matmulSteps(tf: TensorFlow, files: WorkloadFolder): Pick<Prepared, "step" | "products" | "result"> {
  const [a, b] = files.floats().map(({ data, shape }) => tf.tensor(data, shape, "float32")) as [Value, Value];
  let last: Value | undefined;
  const products = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      last?.dispose();
      last = tf.matMul(a, b);
    }
    await finish(tf);
  };
  return { step: () => products(1).then(() => undefined), products, result: () => last!.data() };
}

function transformerSteps(tf: TensorFlow, files: WorkloadFolder, workload: TransformerWorkload): Pick<Prepared, "step"> {
  const variables = Object.fromEntries(
    files.floats().map(({ name, shape, data }) => [name, tf.variable(tf.tensor(data, shape, "float32"), true, name)]),
  );
  const optimizer = tf.train.adam(OPTIMIZER.learningRate, OPTIMIZER.beta1, OPTIMIZER.beta2, OPTIMIZER.epsilon);
  const mask = tf.tensor(causalMask(workload.length), [workload.length, workload.length], "float32");
  const rows = [workload.batch * workload.length];
  return {
    step: async (index) => {
      const batch = files.batch(index);
      const tokens = tf.tensor(batch.tokens, rows, "int32");
      const targets = tf.tensor(batch.targets, rows, "int32");
      const { value, grads } = tf.variableGrads(() => lossOf(tf, workload, { variables, mask, tokens, targets }));
      optimizer.applyGradients(grads);
      await finish(tf);
      const loss = (await value.data())[0]!;
      tf.dispose({ ...grads, value, tokens, targets });
      return loss;
    },
  };
}

interface Inputs {
  readonly variables: Variables;
  /** [T, T]: 0 where a token sees another, very negative elsewhere. */
  readonly mask: Value;
  readonly tokens: Value;
  readonly targets: Value;
}

/** tokens, targets [N] -> mean cross-entropy. */
function lossOf(tf: TensorFlow, workload: TransformerWorkload, { variables, mask, tokens, targets }: Inputs): Value {
  const { layers, width, heads, vocabulary, length, batch } = workload;
  const rows = batch * length;
  const take = (name: string): Value => variables[name]!;
  const norm = (x: Value, name: string): Value => {
    const { mean, variance } = tf.moments(x, -1, true);
    const standard = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, LAYER_NORM_EPSILON)));
    return tf.add(tf.mul(standard, take(`${name}.weight`)), take(`${name}.bias`));
  };
  const linear = (x: Value, name: string): Value => tf.add(tf.matMul(x, take(`${name}.weight`)), take(`${name}.bias`));
  const byHead = (x: Value): Value => tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  const embedded = tf.reshape(tf.gather(take("transformer.wte.weight"), tokens), [batch, length, width]);
  let x = tf.reshape(tf.add(embedded, take("transformer.wpe.weight")), [rows, width]);
  for (let i = 0; i < layers; i += 1) {
    const block = `transformer.h.${i}`;
    const projected = linear(norm(x, `${block}.ln_1`), `${block}.attn.c_attn`); // [N, 3C]
    const [query, key, value] = tf.split(projected, 3, 1).map(byHead) as [Value, Value, Value]; // [B, H, T, D]
    const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(width / heads));
    const attended = tf.matMul(tf.softmax(tf.add(scores, mask)), value);
    x = tf.add(x, linear(tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [rows, width]), `${block}.attn.c_proj`));
    x = tf.add(x, linear(gelu(tf, linear(norm(x, `${block}.ln_2`), `${block}.mlp.c_fc`)), `${block}.mlp.c_proj`));
  }
  const logits = tf.matMul(norm(x, "transformer.ln_f"), take("lm_head.weight"), false, true);
  return tf.mul(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(targets, vocabulary)), -1)), -1);
}

function gelu(tf: TensorFlow, x: Value): Value {
  const cubic = tf.mul(tf.add(x, tf.mul(tf.mul(x, tf.mul(x, x)), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(cubic), 1));
}

function causalMask(length: number): Float32Array {
  return Float32Array.from({ length: length * length }, (_, i) => (i % length <= Math.floor(i / length) ? 0 : -1e9));
}

await main("tfjs", async (files, backend) => {
  if (backend !== "webgpu") throw new Error(`tfjs is compared on webgpu only, not on ${backend}`);
  const adapter = await defineNavigator({ gpu: true });
  const tf = await importPeer<TensorFlow>("@tensorflow/tfjs-core");
  // The core's entry point has no gradients; this file registers them. It imports folders, which only tsx's require can resolve.
  createRequire(import.meta.url)("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  await importPeer("@tensorflow/tfjs-backend-webgpu");
  if (!(await tf.setBackend("webgpu"))) throw new Error("tfjs found no WebGPU");
  await tf.ready();
  const steps = files.workload.kind === "matmul" ? matmulSteps(tf, files) : transformerSteps(tf, files, files.workload);
  return { version: installedVersion("@tensorflow/tfjs-core"), adapter, ...steps };
});
