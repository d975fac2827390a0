import type { GpuContext } from "./context.js";
/** Notes that a buffer or a kernel belongs to a device. */
export declare function own<Thing extends object>({ identity, name }: GpuContext, thing: Thing): Thing;
/** Notes that a buffer is destroyed. */
export declare function retire(thing: object): void;
/** What a buffer was called, without the size that its label carries. */
export declare function nameOf(label: string): string;
/**
 * Refuses what belongs to another device or was destroyed. What the engine did not make passes.
 * @throws EngineError naming the thing and who wanted it
 */
export declare function assertUsable({ identity, name }: GpuContext, thing: object, label: string, wantedBy: string): void;
