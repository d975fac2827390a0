import { capacityOf, product } from "../../graph/scalar.ts";
import type { DeviceTraits, Dispatch } from "../../graph/trace.ts";
import type { CheckedWay, Family, Way } from "./families/family.ts";
import { register, registerWay } from "./families/register.ts";
import { sliced } from "./families/sliced.ts";
import { subgroup } from "./families/subgroup.ts";
import { tiled } from "./families/tiled.ts";
import { isEmpty, type MatmulCall, type MatmulFamily, type Problem, problemOf, wideConditions } from "./problem.ts";

/** The first family that suits a product on a device is the product's family. */
const FAMILIES: Readonly<Record<MatmulFamily, Family>> = { sliced, tiled, subgroup, register };

function familyFor(problem: Problem, device: DeviceTraits): Family {
  return Object.values(FAMILIES).find((family) => family.suits(device, problem))!;
}

/** The kernels of one product on a device: those that tuning chose, else those of the family that the call names, else the plain kernel. */
export function matmulLaunches(call: MatmulCall, device: DeviceTraits): readonly Dispatch[] {
  const problem = problemOf(call);
  const launches = wayOf(call, device).launches(problem, device);
  const { rows, columns, inner } = problem.sizes;
  // Several dispatches of a product (packing, parts of a sum) count alike, because only their sum matters.
  const operations = product(2 / launches.length, rows, columns, inner);
  return launches.map((launch) => ({ ...launch, operations }));
}

function wayOf(call: MatmulCall, device: DeviceTraits): Way {
  const { family, tile } = call.attributes;
  if (isEmpty(problemOf(call).sizes)) return registerWay;
  const { key, ways } = questionOf(call, device);
  return ways[device.tuning.choice(key) ?? ""] ?? (family ? FAMILIES[family].way(tile) : registerWay);
}

/** What tuning is asked: which of the named ways to take, the best guess first, and the key under which the choice is remembered. */
export interface Question {
  readonly key: string;
  /** The class of products that share times. */
  readonly timeKey?: string;
  readonly ways: Readonly<Record<string, CheckedWay>>;
}

const NOTHING_TO_ASK: Question = { key: "", ways: {} };

/** A call that names a family gets it unchecked. Only a tile that such a call leaves open is found by measuring. */
export function questionOf(call: MatmulCall, device: DeviceTraits): Question {
  const { family, tile, activation } = call.attributes;
  const problem = problemOf(call);
  const isOpen = family === undefined || (family === "tiled" && tile === undefined && device.tuning.measures);
  if (isEmpty(problem.sizes) || !isOpen) return NOTHING_TO_ASK;
  const ways = (family ? FAMILIES[family] : familyFor(problem, device)).candidates(problem, device);
  const [first, second] = Object.values(ways);
  if (!first) return NOTHING_TO_ASK;
  if (!second) return { key: variantsOf(first.launches(problem, device)), ways };
  const words = [classOf(problem), activation, ...KEYED.filter((name) => problem.conditions[name])].filter(Boolean);
  // The best guess decides which candidates there are.
  const timeKey = `${words.join(" ")}, guess ${Object.keys(ways)[0]}`;
  // A variant is checked even where another one of the class was timed.
  return { key: `${timeKey} by ${variantsOf(first.launches(problem, device))}`, timeKey, ways };
}

/** Conditions under which a choice is another one, because they change what kernels read or write. */
const KEYED = ["HALF_B", "BF16", "SUM_A", "SUM_B"] as const;

/** The class of products that share a choice: sizes to the nearest power of two, which matrices load in quads, and the parts of K. */
function classOf({ sizes, strides, layout, splits }: Problem): string {
  const powers = [sizes.rows, sizes.columns, sizes.inner].map((size) => Math.round(Math.log2(capacityOf(size))));
  const wide = Object.values(wideConditions(layout, sizes, strides)).map(Number);
  return `matmul ${layout} 2^${powers.join(" 2^")}, wide ${wide.join("")}, parts ${splits}`;
}

/** The kernels and their variants in words. Products with the same words are right or wrong together. */
export function variantsOf(dispatches: readonly Dispatch[]): string {
  return dispatches.map(({ kernel, variant }) => `${kernel} ${settings(variant?.constants)} ${settings(variant?.conditions)}`).join("; ");
}

function settings(values: Readonly<Record<string, number | boolean>> = {}): string {
  const set = Object.entries(values).filter(([, value]) => value !== false);
  return set.map(([name, value]) => (value === true ? name : `${name}=${value}`)).join(" ");
}
