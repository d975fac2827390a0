import type { Device } from "../gpu/device.ts";
import { formatTable } from "../report/table.ts";
import { formatBytes } from "../rl/memory/bytes.ts";
import type { Fit } from "../rl/memory/fit.ts";
import { PARTS, type Part } from "../rl/memory/parts.ts";

/** Prints what `--plan` found out: the bytes of every part, their sum, and what the adapter and the user allow. */
export function showPlan({ device, fit }: { readonly device: Device; readonly fit: Fit }, memory: string | number | null): void {
  process.stdout.write(`${describePlan(device, fit, memory)}\n`);
  device.destroy();
}

function describePlan(device: Device, { footprint, sequencesAtOnce }: Fit, memory: string | number | null): string {
  const parts = Object.keys(PARTS) as Part[];
  const used = parts.filter((part) => footprint.parts[part] > 0);
  const rows = used.map((part) => [PARTS[part], footprint.parts[part].toLocaleString("en-US"), formatBytes(footprint.parts[part])]);
  const sum = ["together", footprint.total.toLocaleString("en-US"), formatBytes(footprint.total)];
  const table = formatTable(
    [{ heading: "GPU memory" }, { heading: "bytes", align: "right" }, { heading: "", align: "right" }],
    [...rows, sum],
  );
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  return [
    table,
    `${footprint.sampling > 0 ? `at most ${sequencesAtOnce} sequences are sampled at a time, ` : ""}${footprint.buffers} buffers`,
    `${device.name}: buffers of at most ${formatBytes(maxBufferSize)}, of which kernels see ${formatBytes(maxStorageBufferBindingSize)}`,
    ...(device.memory === undefined ? [] : [`this machine: ${formatBytes(device.memory)}, which its software GPU shares`]),
    `memory: ${memory ?? "null, as much as there is"}`,
  ].join("\n");
}
