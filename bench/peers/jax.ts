/** jax-js: the step is one jitted function, differentiated by valueAndGrad, with AdamW written out over the tree of parameters. */
import { defineIteratorHelpers, defineNavigator } from "./browser.ts";
import { importPeer, installedVersion, main, type Prepared } from "./peer.ts";
import { defineWorker } from "./web_worker.ts";
import { LAYER_NORM_EPSILON, OPTIMIZER, type TransformerWorkload, type WorkloadArray, type WorkloadFolder } from "./workload.ts";

/** An array of jax-js. Every use consumes it, except through `ref`. */
interface Value {
  readonly ref: Value;
  add(other: Value | number): Value;
  sub(other: Value | number): Value;
  mul(other: Value | number): Value;
  div(other: Value | number): Value;
  sum(axis?: number): Value;
  mean(): Value;
  reshape(shape: readonly number[]): Value;
  transpose(permutation?: readonly number[]): Value;
  slice(...index: readonly (readonly number[] | Value)[]): Value;
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

type Tree = Readonly<Record<string, Value>>;

interface Jax {
  readonly numpy: {
    array(data: Float32Array | Int32Array, options: { readonly shape: readonly number[]; readonly dtype?: string }): Value;
    zeros(shape: readonly number[]): Value;
    matmul(a: Value, b: Value): Value;
    sqrt(x: Value): Value;
  };
  readonly nn: {
    gelu(x: Value): Value;
    standardize(x: Value, axis: number, options: { readonly epsilon: number }): Value;
    logSoftmax(x: Value, axis: number): Value;
    oneHot(x: Value, classes: number): Value;
    dotProductAttention(query: Value, key: Value, value: Value, options: { readonly isCausal: boolean }): Value;
  };
  init(...devices: string[]): Promise<string[]>;
  defaultDevice(device: string): void;
  jit<Arguments extends readonly unknown[], Result>(f: (...values: Arguments) => Result): (...values: Arguments) => Result;
  valueAndGrad(
    f: (parameters: Tree, tokens: Value, targets: Value) => Value,
  ): (parameters: Tree, tokens: Value, targets: Value) => [Value, Tree];
  blockUntilReady(tree: Tree): Promise<unknown>;
}

type Steps = Pick<Prepared, "step" | "products" | "result">;

function valuesOf({ numpy }: Jax, arrays: readonly WorkloadArray[]): Record<string, Value> {
  return Object.fromEntries(arrays.map(({ name, shape, data }) => [name, numpy.array(data, { shape })]));
}

/** Products that are kept at a time, because of the memory. */
const MOST_AT_ONCE = 64;

function matmulSteps(jax: Jax, files: WorkloadFolder): Steps {
  const { a, b } = valuesOf(jax, files.floats()) as { readonly a: Value; readonly b: Value };
  const product = jax.jit((x: Value, y: Value) => jax.numpy.matmul(x, y));
  let last: Value | undefined;
  // A product is made when it is waited for, so all of them are kept until then.
  const some = async (count: number): Promise<void> => {
    last?.dispose();
    const made = Array.from({ length: count }, () => product(a.ref, b.ref));
    await jax.blockUntilReady(Object.fromEntries(made.entries()));
    last = made.pop();
    for (const value of made) value.dispose();
  };
  const products = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= MOST_AT_ONCE) await some(Math.min(left, MOST_AT_ONCE));
  };
  return { step: () => products(1).then(() => undefined), products, result: () => last!.data() };
}

function transformerSteps(jax: Jax, files: WorkloadFolder, workload: TransformerWorkload): Steps {
  const { numpy } = jax;
  const gradient = jax.valueAndGrad((parameters, tokens, targets) => lossOf(jax, workload, parameters, tokens, targets));
  const update = jax.jit((parameters: Tree, first: Tree, second: Tree, corrections: Value, tokens: Value, targets: Value) => {
    const [loss, gradients] = gradient(refs(parameters), tokens, targets);
    return { loss, ...adamw(numpy, { parameters, first, second }, gradients, corrections) };
  });
  const arrays = files.floats();
  const zeros = (): Tree => Object.fromEntries(arrays.map(({ name, shape }) => [name, numpy.zeros(shape)]));
  let state: State = { parameters: valuesOf(jax, arrays), first: zeros(), second: zeros() };
  const shape = [workload.batch, workload.length];
  return {
    step: async (index) => {
      const { tokens, targets } = files.batch(index);
      const corrections = Float32Array.of(1 - OPTIMIZER.beta1 ** (index + 1), 1 - OPTIMIZER.beta2 ** (index + 1));
      const { loss, ...next } = update(
        state.parameters,
        state.first,
        state.second,
        numpy.array(corrections, { shape: [2] }),
        numpy.array(tokens, { shape, dtype: "int32" }),
        numpy.array(targets, { shape, dtype: "int32" }),
      );
      state = next;
      // The loss is ready before the parameters are. A step ends with both.
      await jax.blockUntilReady(state.parameters);
      return (await loss.data())[0]!;
    },
  };
}

interface State {
  readonly parameters: Tree;
  readonly first: Tree;
  readonly second: Tree;
}

function refs(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, value.ref]));
}

/** corrections: [2], 1 - beta^t of both moments. */
function adamw(numpy: Jax["numpy"], state: State, gradients: Tree, corrections: Value): State {
  const { beta1, beta2, epsilon, learningRate } = OPTIMIZER;
  const parameters: Record<string, Value> = {};
  const first: Record<string, Value> = {};
  const second: Record<string, Value> = {};
  for (const [name, gradient] of Object.entries(gradients)) {
    const m = state.first[name]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
    const v = state.second[name]!.mul(beta2).add(gradient.ref.mul(gradient).mul(1 - beta2));
    const mean = m.ref.div(corrections.ref.slice([0, 1]).reshape([]));
    const deviation = numpy.sqrt(v.ref.div(corrections.ref.slice([1, 2]).reshape([]))).add(epsilon);
    parameters[name] = state.parameters[name]!.sub(mean.div(deviation).mul(learningRate));
    first[name] = m;
    second[name] = v;
  }
  return { parameters, first, second };
}

/** tokens, targets [B, T] -> mean cross-entropy. Consumes every parameter once. */
function lossOf(jax: Jax, workload: TransformerWorkload, parameters: Tree, tokens: Value, targets: Value): Value {
  const { numpy, nn } = jax;
  const { layers, width, heads, vocabulary, length, batch } = workload;
  const take = (name: string): Value => parameters[name]!;
  const norm = (x: Value, name: string): Value =>
    nn
      .standardize(x, -1, { epsilon: LAYER_NORM_EPSILON })
      .mul(take(`${name}.weight`))
      .add(take(`${name}.bias`));
  const linear = (x: Value, name: string): Value => numpy.matmul(x, take(`${name}.weight`)).add(take(`${name}.bias`));
  let x = take("transformer.wte.weight").slice(tokens).add(take("transformer.wpe.weight")); // [B, T, C]
  for (let i = 0; i < layers; i += 1) {
    const block = `transformer.h.${i}`;
    const projected = linear(norm(x.ref, `${block}.ln_1`), `${block}.attn.c_attn`); // [B, T, 3C]
    const part = (value: Value, k: number): Value =>
      value.slice([], [], [k * width, (k + 1) * width]).reshape([batch, length, heads, width / heads]);
    const attended = nn.dotProductAttention(part(projected.ref, 0), part(projected.ref, 1), part(projected, 2), { isCausal: true });
    x = x.add(linear(attended.reshape([batch, length, width]), `${block}.attn.c_proj`));
    const hidden = nn.gelu(linear(norm(x.ref, `${block}.ln_2`), `${block}.mlp.c_fc`));
    x = x.add(linear(hidden, `${block}.mlp.c_proj`));
  }
  const logits = numpy.matmul(norm(x, "transformer.ln_f"), take("lm_head.weight").transpose());
  const picked = nn.logSoftmax(logits, -1).mul(nn.oneHot(targets, vocabulary)).sum(-1); // [B, T]
  return picked.mean().mul(-1);
}

await main("jax-js", async (files, backend) => {
  const device = backend.split("-")[0]!;
  const adapter = await defineNavigator({ gpu: device === "webgpu", patient: backend !== "webgpu-unaided" });
  defineIteratorHelpers();
  if (backend === "wasm-threads") defineWorker();
  const jax = await importPeer<Jax>("@jax-js/jax");
  if (!(await jax.init(device)).includes(device)) throw new Error(`jax-js has no backend ${device} here`);
  jax.defaultDevice(device);
  const steps = files.workload.kind === "matmul" ? matmulSteps(jax, files) : transformerSteps(jax, files, files.workload);
  return { version: installedVersion("@jax-js/jax"), adapter, ...steps };
});
