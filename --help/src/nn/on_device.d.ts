import type { Device } from "../gpu/device.js";
import type { Module } from "./module.js";
/** Refuses a model whose parameters lie on another device or were destroyed, before anything is made for it. @throws EngineError */
export declare function assertOnDevice(device: Device, module: Module, wantedBy: string): void;
