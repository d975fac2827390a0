import type { Command } from "commander";
import { noAdapter } from "../node/adapters.ts";
import { type AdapterDescription, listAdapters } from "../node/open_device.ts";
import { formatTable } from "../report/table.ts";
import { addExamples, addJsonOption } from "./options.ts";

/** The GPUs this machine has, and the one a run would take. */
export function register(command: Command): void {
  addJsonOption(command);
  addExamples(command, [
    ["devices", "list the GPUs of this machine; * marks the one that auto takes"],
    ["devices --json", "the same with every limit, for scripts"],
    ["train configs/quickstart.yaml --adapter lavapipe", "train on one of them, by a part of its name"],
  ]);
  command.action(async (options: { json?: boolean }) => {
    const adapters = await listAdapters();
    if (options.json) process.stdout.write(`${JSON.stringify({ auto: adapters[0]?.name ?? null, adapters }, null, 2)}\n`);
    else if (adapters.length === 0) throw noAdapter();
    else process.stdout.write(`${[table(adapters), ...toggleLine(adapters)].join("\n")}\n`);
  });
}

function table(adapters: readonly AdapterDescription[]): string {
  const rows = adapters.map(({ name, backend, software, f16, subgroups, limits, auto }) => [
    `${auto ? "*" : " "} ${name}`,
    backend,
    software ? "CPU" : "GPU",
    f16 ? "yes" : "no",
    subgroups === null ? "none" : [...new Set(subgroups)].join("-"),
    gibibytes(limits.maxBufferSize),
    gibibytes(limits.maxStorageBufferBindingSize),
  ]);
  const headings = ["  adapter", "backend", "runs on", "f16", "subgroups", "largest buffer", "largest binding"];
  return formatTable(
    headings.map((heading) => ({ heading })),
    rows,
  );
}

/** Toggles are the same for all adapters. */
function toggleLine([first]: readonly AdapterDescription[]): string[] {
  return first === undefined || first.toggles.length === 0 ? [] : [`toggles: ${first.toggles.join(", ")}`];
}

function gibibytes(bytes: number | undefined): string {
  return bytes === undefined ? "?" : `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`;
}
