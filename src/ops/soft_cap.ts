import { EngineError } from "../gpu/errors.ts";

/** @throws EngineError for a soft cap that is not above 0 and finite in 32 bits */
export function requireSoftCap(op: string, cap: number | undefined): void {
  const rounded = Math.fround(cap ?? 1);
  if (rounded > 0 && Number.isFinite(rounded)) return;
  throw new EngineError(`${op}: cap is ${cap}; it must be a number above 0, or left out`);
}
