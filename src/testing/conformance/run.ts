import type { Device } from "../../gpu/device.ts";
import { UnsafeKernelError } from "../../gpu/errors.ts";
import {
  type Bench,
  type ConformanceCase,
  type ConformanceGroup,
  type DeviceWish,
  isPassed,
  LEVELS,
  type Level,
  type Measure,
} from "./case.ts";

/** What came of a case. */
export interface CaseOutcome {
  readonly group: string;
  readonly name: string;
  readonly status: "passed" | "failed" | "skipped";
  readonly measures: readonly Measure[];
  /** Why the case was skipped, or what it ended with instead of a result. */
  readonly reason?: string;
  readonly details: Readonly<Record<string, string>>;
  readonly milliseconds: number;
}

export interface ConformanceResult {
  readonly outcomes: readonly CaseOutcome[];
  /** How the driver does what it may do in several ways. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface ConformanceOptions {
  readonly open: (wish: DeviceWish) => Promise<Device>;
  readonly level: Level;
  /** Leaves out slow cases, unless the run is full. */
  readonly software?: boolean;
  /** Groups ("ops") and parts of cases' names ("ops/gelu"); all cases where it is empty. */
  readonly only?: readonly string[];
  /** Called before every case. */
  readonly onCase?: (group: string, name: string, done: number, total: number) => void;
  /** Called after every case. */
  readonly onOutcome?: (outcome: CaseOutcome) => void;
  /** Leaves out what comes after the first outcome of which this holds. Called after `onOutcome`. */
  readonly isEnough?: (outcome: CaseOutcome) => boolean;
}

/** The cases that a level and a selection leave, in the order of the groups. */
export function selectCases(
  groups: readonly ConformanceGroup[],
  { level, only = [], software = false }: Pick<ConformanceOptions, "level" | "only" | "software">,
): { readonly group: string; readonly case: ConformanceCase }[] {
  return groups.flatMap((group) =>
    group.cases
      .filter((one) => LEVELS.indexOf(one.level) <= LEVELS.indexOf(level))
      .filter(({ slow }) => !slow || !software || level === "full")
      .filter(({ name }) => only.length === 0 || only.some((wanted) => isWanted(wanted, group.name, name)))
      .map((one) => ({ group: group.name, case: one })),
  );
}

function isWanted(wanted: string, group: string, name: string): boolean {
  const cut = wanted.indexOf("/");
  return cut < 0 ? wanted === group : wanted.slice(0, cut) === group && name.includes(wanted.slice(cut + 1));
}

/** Runs cases one after the other. A case that spoils its device fails, and the next one gets another device. */
export async function runConformance(groups: readonly ConformanceGroup[], options: ConformanceOptions): Promise<ConformanceResult> {
  const selected = selectCases(groups, options);
  const facts: Record<string, string> = {};
  const devices = createDevices(options.open);
  const outcomes: CaseOutcome[] = [];
  for (const [index, { group, case: one }] of selected.entries()) {
    options.onCase?.(group, one.name, index, selected.length);
    if (index > 0 && selected[index - 1]!.group !== group) devices.closeOthers();
    outcomes.push(await runCase(group, one, devices, (fact, value) => void Object.assign(facts, { [fact]: value })));
    options.onOutcome?.(outcomes.at(-1)!);
    if (options.isEnough?.(outcomes.at(-1)!)) break;
  }
  devices.close();
  return { outcomes, facts };
}

async function runCase(group: string, one: ConformanceCase, devices: Devices, note: Bench["note"]): Promise<CaseOutcome> {
  const start = performance.now();
  const outcome = (status: CaseOutcome["status"], more: Partial<CaseOutcome> = {}): CaseOutcome => ({
    group,
    name: one.name,
    status,
    measures: [],
    details: one.details ?? {},
    milliseconds: performance.now() - start,
    ...more,
  });
  try {
    const device = await devices.open({});
    const reason = one.skip?.(device);
    if (reason !== undefined) return outcome("skipped", { reason });
    const measures = await one.run({ device, open: devices.open, openAnother: devices.openAnother, note });
    for (const each of devices.all()) each.assertHealthy();
    return outcome(measures.every(isPassed) ? "passed" : "failed", { measures });
  } catch (error) {
    if (error instanceof UnsafeKernelError) return outcome("skipped", { reason: "it needs safeguards that a toggle turned off" });
    const text = error instanceof Error ? error.message || error.name : String(error);
    devices.closeSpoilt();
    return outcome("failed", { reason: text.split("\n")[0]! });
  }
}

interface Devices {
  readonly open: (wish: DeviceWish) => Promise<Device>;
  readonly openAnother: () => Promise<Device>;
  readonly all: () => readonly Device[];
  /** Closes all but the plain one. */
  readonly closeOthers: () => void;
  readonly closeSpoilt: () => void;
  readonly close: () => void;
}

function createDevices(openNew: ConformanceOptions["open"]): Devices {
  const known = new Map<string, Device>();
  const close = (isWanted: (key: string, device: Device) => boolean): void => {
    for (const [key, device] of [...known]) {
      if (!isWanted(key, device)) continue;
      known.delete(key);
      device.destroy();
    }
  };
  return {
    open: async (wish) => {
      const key = JSON.stringify(wish);
      const device = known.get(key) ?? (await openNew(wish));
      known.set(key, device);
      return device;
    },
    openAnother: () => openNew({}),
    all: () => [...known.values()],
    closeOthers: () => close((key) => key !== "{}"),
    closeSpoilt: () => close((_, device) => isSpoilt(device)),
    close: () => close(() => true),
  };
}

function isSpoilt(device: Device): boolean {
  try {
    device.assertHealthy();
    return false;
  } catch {
    return true;
  }
}
