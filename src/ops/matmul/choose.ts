import { capacityOf } from "../../graph/scalar.ts";
import type { DeviceTraits, Dispatch } from "../../graph/trace.ts";
import type { CheckedWay, Family, Way } from "./families/family.ts";
import { register, registerWay } from "./families/register.ts";
import { subgroup } from "./families/subgroup.ts";
import { tiled, wideConditions } from "./families/tiled.ts";
import { vector } from "./families/vector.ts";
import { isEmpty, type MatmulCall, type MatmulFamily, type Problem, problemOf } from "./problem.ts";

/** The first that suits a device is its family. */
const FAMILIES: Readonly<Record<MatmulFamily, Family>> = { tiled, subgroup, vector, register };

function familyOf(device: DeviceTraits): Family {
  return Object.values(FAMILIES).find((family) => family.suits(device))!;
}

/** The kernels of one product on a device: those that were asked for, else the first that are right there, else the plain ones. */
export function matmulLaunches(call: MatmulCall, device: DeviceTraits): readonly Dispatch[] {
  return wayOf(call, device).launches(problemOf(call), device);
}

function wayOf(call: MatmulCall, device: DeviceTraits): Way {
  const { family, tile } = call.attributes;
  if (isEmpty(problemOf(call).sizes)) return registerWay;
  const { key, ways } = questionOf(call, device);
  return ways[device.tuning.choice(key) ?? ""] ?? (family ? FAMILIES[family].way(tile) : registerWay);
}

/** The ways that are worth trying on a device, by name, the best guess first, and under which key their choice is remembered. */
export interface Question {
  readonly key: string;
  readonly ways: Readonly<Record<string, CheckedWay>>;
}

const NOTHING_TO_ASK: Question = { key: "", ways: {} };

/** Whoever names a family gets it unchecked; only a tile that was left open is found by measuring. */
export function questionOf(call: MatmulCall, device: DeviceTraits): Question {
  const { family, tile, activation } = call.attributes;
  const problem = problemOf(call);
  const isOpen = family === undefined || (family === "tiled" && tile === undefined && device.tuning.measures);
  if (isEmpty(problem.sizes) || !isOpen) return NOTHING_TO_ASK;
  const ways = (family ? FAMILIES[family] : familyOf(device)).candidates(problem, device);
  const [first, second] = Object.values(ways);
  if (!first) return NOTHING_TO_ASK;
  if (!second) return { key: variantsOf(first.launches(problem, device)), ways };
  return { key: [classOf(problem), activation, problem.conditions.HALF_B && "HALF_B"].filter(Boolean).join(" "), ways };
}

/** Products that are alike: sizes to the nearest power of two, what can be loaded in quads, and into how many parts K is cut. */
function classOf({ sizes, layout, splits }: Problem): string {
  const powers = [sizes.rows, sizes.columns, sizes.inner].map((size) => Math.round(Math.log2(capacityOf(size))));
  const wide = Object.values(wideConditions(layout, sizes)).map(Number);
  return `matmul ${layout} 2^${powers.join(" 2^")}, wide ${wide.join("")}, parts ${splits}`;
}

/** Which variants of which kernels: two products with the same answer are right or wrong together. */
export function variantsOf(dispatches: readonly Dispatch[]): string {
  return dispatches.map(({ kernel, variant }) => `${kernel} ${settings(variant?.constants)} ${settings(variant?.conditions)}`).join("; ");
}

function settings(values: Readonly<Record<string, number | boolean>> = {}): string {
  const set = Object.entries(values).filter(([, value]) => value !== false);
  return set.map(([name, value]) => (value === true ? name : `${name}=${value}`)).join(" ");
}
