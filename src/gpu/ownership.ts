import type { GpuContext } from "./context.ts";
import { EngineError } from "./errors.ts";

/** Which device each buffer and kernel was made on. Dawn would spoil both devices for good before it told. */
const owners = new WeakMap<object, Pick<GpuContext, "identity" | "name">>();

/** Notes that a buffer or a kernel belongs to a device. */
export function own<Thing extends object>({ identity, name }: GpuContext, thing: Thing): Thing {
  owners.set(thing, { identity, name });
  return thing;
}

/**
 * Refuses what belongs to another device. What the engine did not make passes.
 * @throws EngineError naming the thing and who wanted it
 */
export function assertOwn({ identity, name }: GpuContext, thing: object, what: string, wantedBy: string): void {
  const owner = owners.get(thing);
  if (owner === undefined || owner.identity === identity) return;
  const other = owner.name === name ? `another device on ${name}` : `the device ${owner.name}`;
  throw new EngineError(`${wantedBy}: ${what} belongs to ${other}, not to the one in use; make or load everything with one device`);
}
