import type { Device } from "../../gpu/device.ts";
import { relativeError } from "../../gpu/relative_error.ts";
import { elementError } from "../op_case.ts";

/** How much of the suite to run: seconds, a minute or two, or everything. */
export const LEVELS = ["quick", "default", "full"] as const;
export type Level = (typeof LEVELS)[number];

/** The first number of a result that is too far off. */
export interface WrongElement {
  /** By dimension. */
  readonly at: readonly number[];
  readonly actual: number;
  readonly expected: number;
}

/** How far one result of a case is off. */
export interface Measure {
  readonly name: string;
  readonly error: number;
  readonly tolerance: number;
  readonly shape?: readonly number[];
  readonly wrong?: WrongElement;
}

/** Ways in which a device of the same adapter may be opened. */
export interface DeviceWish {
  readonly lanes?: number;
  readonly subgroups?: boolean;
  readonly immediates?: boolean;
}

/** What a case runs with. */
export interface Bench {
  readonly device: Device;
  /** The same adapter, opened in another way. Opened once, and closed after the group. */
  readonly open: (wish: DeviceWish) => Promise<Device>;
  /** Another device like `device`, which the case destroys. */
  readonly openAnother: () => Promise<Device>;
  /** Writes down how the driver does something that it may do in several ways. */
  readonly note: (fact: string, value: string) => void;
}

/** One thing that a driver must do right. */
export interface ConformanceCase {
  /** Without commas, because they separate names on the command line. */
  readonly name: string;
  readonly level: Level;
  /** Takes a software adapter minutes to compile, so that only a full run has it there. */
  readonly slow?: boolean;
  /** Why the device cannot run the case; undefined where it can. */
  readonly skip?: (device: Device) => string | undefined;
  readonly run: (bench: Bench) => Promise<readonly Measure[]>;
  /** Sizes, seeds and settings, for a report. */
  readonly details?: Readonly<Record<string, string>>;
}

export interface ConformanceGroup {
  readonly name: string;
  readonly description: string;
  readonly cases: readonly ConformanceCase[];
}

/** The error of a result, and its first wrong number where it is too large. */
export function measure(
  name: string,
  {
    actual,
    expected,
    shape,
  }: { readonly actual: ArrayLike<number>; readonly expected: ArrayLike<number>; readonly shape: readonly number[] },
  tolerance: number,
  byElement = false,
): Measure {
  const error = (byElement ? elementError : relativeError)(actual, expected);
  const base = { name, error, tolerance, shape };
  return error <= tolerance ? base : { ...base, ...firstWrong(actual, expected, shape, tolerance, byElement) };
}

function firstWrong(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  shape: readonly number[],
  tolerance: number,
  byElement: boolean,
): { wrong?: WrongElement } {
  let scale = 1e-6;
  for (let i = 0; i < expected.length; i += 1) scale = Math.max(scale, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i += 1) {
    const allowed = tolerance * (byElement ? Math.abs(expected[i]!) + 0.1 : scale);
    if (Math.abs(actual[i]! - expected[i]!) <= allowed) continue;
    return { wrong: { at: placeOf(i, shape), actual: actual[i]!, expected: expected[i]! } };
  }
  return {};
}

function placeOf(index: number, shape: readonly number[]): number[] {
  let rest = index;
  const place: number[] = [];
  for (const size of shape.slice(1).reverse()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return [rest, ...place];
}

/** Compares by bits: the error is the number of words that differ. */
export function sameBits(name: string, actual: ArrayBufferView, expected: ArrayBufferView, shape?: readonly number[]): Measure {
  const [a, b] = [wordsOf(actual), wordsOf(expected)];
  let [different, first] = [Math.abs(a.length - b.length), -1];
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    if (a[i] === b[i]) continue;
    different += 1;
    if (first < 0) first = i;
  }
  const base = { name, error: different, tolerance: 0, shape: shape ?? [b.length] };
  if (first < 0) return base;
  const value = (view: ArrayBufferView): number => (view as Float32Array)[first]!;
  return { ...base, wrong: { at: placeOf(first, base.shape), actual: value(actual), expected: value(expected) } };
}

function wordsOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint32Array {
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** Whether something holds, as a measure. */
export function holds(name: string, condition: boolean): Measure {
  return { name, error: condition ? 0 : 1, tolerance: 0 };
}

export function isPassed({ error, tolerance }: Measure): boolean {
  return error <= tolerance;
}
