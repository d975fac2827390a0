import type { Device } from "../gpu/device.ts";
import { assertUsable } from "../gpu/ownership.ts";
import type { Module } from "./module.ts";

/** Refuses a model whose parameters lie on another device or were destroyed, before anything is made for it. @throws EngineError */
export function assertOnDevice(device: Device, module: Module, wantedBy: string): void {
  for (const [name, { pieces }] of module.namedParameters()) {
    for (const { storage } of pieces) {
      if (storage.window) assertUsable(device, storage.window.buffer, `the model's ${name}`, wantedBy);
    }
  }
}
