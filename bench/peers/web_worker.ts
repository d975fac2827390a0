/** A browser's Worker made of Node.js's, as far as jax-js uses one. With it, the WebAssembly of jax-js runs on all cores. */
import { resolveObjectURL } from "node:buffer";
import { Worker } from "node:worker_threads";

/** The first message is the script, because a blob's URL can only be read asynchronously. */
const PRELUDE = `
const { parentPort } = require("node:worker_threads");
globalThis.self = globalThis;
globalThis.postMessage = (data) => parentPort.postMessage(data);
parentPort.once("message", (script) => {
  (0, eval)(script);
  parentPort.on("message", (data) => self.onmessage({ data }));
});
`;

class WebWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | undefined;
  onerror: ((error: Error) => void) | undefined;
  readonly #worker = new Worker(PRELUDE, { eval: true });
  /** Keeps messages in order behind the script. */
  #sent: Promise<void> | undefined;

  constructor(url: string) {
    const script = resolveObjectURL(url);
    if (!script) throw new Error(`url is ${url}; it must be the URL of a blob`);
    this.#worker.on("message", (data: unknown) => this.onmessage?.({ data }));
    this.#worker.on("error", (error: Error) => this.onerror?.(error));
    this.#sent = script.text().then((text) => {
      this.#worker.postMessage(text);
      this.#sent = undefined;
    });
  }

  postMessage(data: unknown): void {
    const post = (): void => this.#worker.postMessage(data);
    if (this.#sent) this.#sent = this.#sent.then(post);
    else post();
  }
}

/** Defines the global `Worker`. Must be called before the library is imported. */
export function defineWorker(): void {
  Object.defineProperty(globalThis, "Worker", { value: WebWorker, configurable: true });
}
