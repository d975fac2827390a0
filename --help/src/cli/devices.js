import { noAdapter } from "../node/adapters.js";
import { listAdapters } from "../node/open_device.js";
import { formatTable } from "../report/table.js";
import { addExamples, addJsonOption } from "./options.js";
/** The GPUs this machine has, and the one a run would take. */
export function register(command) {
    addJsonOption(command);
    addExamples(command, [
        ["devices", "list the GPUs of this machine; * marks the one that auto takes"],
        ["devices --json", "the same with every limit, for scripts"],
        ["train configs/quickstart.yaml --adapter lavapipe", "train on one of them, by a part of its name"],
    ]);
    command.action(async (options) => {
        const adapters = await listAdapters();
        if (options.json)
            process.stdout.write(`${JSON.stringify({ auto: adapters[0]?.name ?? null, adapters }, null, 2)}\n`);
        else if (adapters.length === 0)
            throw noAdapter();
        else
            process.stdout.write(`${table(adapters)}\n`);
    });
}
function table(adapters) {
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
    return formatTable(headings.map((heading) => ({ heading })), rows);
}
function gibibytes(bytes) {
    return bytes === undefined ? "?" : `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`;
}
