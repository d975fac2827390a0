/** Libraries for browsers ask `navigator` for the GPU. This gives them the adapter that this engine takes, from the same Dawn. */
import { availableParallelism } from "node:os";
import { chooseAdapter } from "../../src/node/adapters.ts";
import { pollPatiently } from "../../src/node/patient_polling.ts";

/**
 * Defines `navigator`, with the GPU if wanted, and returns the adapter's name. Must be called before the library is imported.
 * On software adapters Dawn waits as it does for this engine, unless `patient` is false; then waiting keeps a core busy.
 */
export async function defineNavigator(options: { readonly gpu: boolean; readonly patient?: boolean }): Promise<string> {
  const navigator: Record<string, unknown> = { userAgent: `Node.js/${process.version}`, hardwareConcurrency: availableParallelism() };
  let name = "CPU";
  if (options.gpu) {
    const candidate = await chooseAdapter(process.env.ENTROPIC_ADAPTER ?? "auto");
    name = candidate.name;
    // openDevice does this too. How Dawn waits is up to the host, and must not favour a library.
    if (candidate.software && options.patient !== false) pollPatiently();
    navigator.gpu = {
      requestAdapter: () => candidate.request(),
      wgslLanguageFeatures: candidate.gpu.wgslLanguageFeatures,
      getPreferredCanvasFormat: () => "bgra8unorm",
    };
  }
  // Node.js 21 and later have a navigator of their own, without a GPU.
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
  return name;
}

/** jax-js uses the iterator helpers of newer JavaScript, which Node.js 20 lacks: `map` and `filter` of any iterator. */
export function defineIteratorHelpers(): void {
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;
  if ("map" in prototype) return;
  const helpers = {
    *map<T, U>(this: Iterable<T>, f: (value: T) => U): Generator<U> {
      for (const value of this) yield f(value);
    },
    *filter<T>(this: Iterable<T>, keep: (value: T) => boolean): Generator<T> {
      for (const value of this) if (keep(value)) yield value;
    },
  };
  for (const [name, value] of Object.entries(helpers)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
}
