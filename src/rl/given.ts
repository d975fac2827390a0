import { ConfigError, isMapping, isPromise, refusal } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";

// Checks of what a program gives, whatever its types say: JavaScript has none. Each throws ConfigError in one line.

/** Refuses an option that is not right. `allowed` says what it must be, and how to get that. */
export function checkShape(option: string, value: unknown, isRight: boolean, allowed: string): void {
  if (isRight) return;
  throw new ConfigError([isPromise(value) ? `${option} is a promise; it must be ${allowed}` : refusal(option, value, allowed)]);
}

export function checkDevice(device: unknown): void {
  const isDevice = isMapping(device) && typeof device.kernel === "function" && isMapping(device.limits);
  checkShape("device", device, isDevice, "an open GPU: await openDevice()");
}

export function checkModel(option: string, model: unknown): void {
  const isModel = isMapping(model) && isMapping(model.module) && isMapping(model.placed) && isMapping(model.tokenizer);
  const name = quoted(typeof model === "string" ? model : "countdown-base");
  checkShape(option, model, isModel, `a loaded model, such as await loadModel(device, ${name})`);
}

/** An AbortController, or another value, in the place of its signal would never end anything. */
export function checkSignal(signal: unknown): void {
  const isSignal = typeof (signal as AbortSignal | null | undefined)?.throwIfAborted === "function";
  if (signal !== undefined) checkShape("signal", signal, isSignal, "an AbortSignal, such as controller.signal");
}

export function checkFunctions(given: Readonly<Record<string, unknown>>): void {
  for (const [option, value] of Object.entries(given)) {
    if (value !== undefined) checkShape(option, value, typeof value === "function", "a function");
  }
}
