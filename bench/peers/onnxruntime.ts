/** ONNX Runtime on the CPU: a product only, since its package for Node.js runs models and does not train them. */
import { availableParallelism } from "node:os";
import { importPeer, installedVersion, main } from "./peer.ts";

interface Session {
  run(feeds: Readonly<Record<string, object>>): Promise<Readonly<Record<string, { readonly data: ArrayLike<number> }>>>;
}

interface OnnxRuntime {
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
  readonly InferenceSession: { create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<Session> };
}

/** Field numbers of onnx.proto, and its values for "float" and for the operator set written here. */
const FLOAT = 1;
const OPERATOR_SET = 13;
const IR_VERSION = 8;

/** A field of a protocol buffer: a number below 128, a text or a message. */
function field(number: number, value: number | string | readonly number[]): number[] {
  if (typeof value === "number") return [number << 3, ...varint(value)];
  const bytes = typeof value === "string" ? [...new TextEncoder().encode(value)] : value;
  return [(number << 3) | 2, ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

/** A model of one node: y = MatMul(a, b), square. */
function matmulModel(size: number): Uint8Array {
  const dimension = field(1, field(1, size));
  const type = field(1, [...field(1, FLOAT), ...field(2, [...dimension, ...dimension])]);
  const tensor = (name: string): number[] => [...field(1, name), ...field(2, type)];
  const node = [...field(1, "a"), ...field(1, "b"), ...field(2, "y"), ...field(4, "MatMul")];
  const graph = [...field(1, node), ...field(2, "matmul"), ...field(11, tensor("a")), ...field(11, tensor("b")), ...field(12, tensor("y"))];
  return Uint8Array.from([...field(1, IR_VERSION), ...field(7, graph), ...field(8, field(2, OPERATOR_SET))]);
}

await main("onnxruntime-node", async ({ workload, floats }, backend) => {
  if (workload.kind !== "matmul" || backend !== "cpu") throw new Error("onnxruntime-node is compared on products only, on the cpu");
  const { InferenceSession, Tensor } = await importPeer<OnnxRuntime>("onnxruntime-node");
  const session = await InferenceSession.create(matmulModel(workload.size), {
    executionProviders: ["cpu"],
    intraOpNumThreads: availableParallelism(),
  });
  const feeds = Object.fromEntries(floats().map(({ name, data, shape }) => [name, new Tensor("float32", data, shape)]));
  let last: ArrayLike<number> = [];
  return {
    version: installedVersion("onnxruntime-node"),
    adapter: "CPU",
    step: async () => {
      last = (await session.run(feeds)).y!.data;
      return undefined;
    },
    result: async () => last,
  };
});
