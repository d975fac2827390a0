/** The version of the stored text's format. */
const VERSION = 1;
/** With `forget` the record starts empty, whatever the store holds. */
export function createTuningRecord(device, store, forget) {
    let entries;
    let changes = {};
    const stored = async () => {
        const adapter = adapterKey(device);
        return parse(await store?.read(adapter), adapter);
    };
    return {
        load: async () => {
            entries ??= forget ? {} : await stored();
        },
        get: (key, hash) => {
            const entry = entries?.[key];
            return entry?.hash === hash ? entry : undefined;
        },
        set: (key, entry) => {
            entries = { ...entries, [key]: entry };
            changes[key] = entry;
        },
        save: async () => {
            if (!store || Object.keys(changes).length === 0)
                return;
            const found = changes;
            changes = {};
            const adapter = adapterKey(device);
            // Another process may have written meanwhile.
            const merged = { ...(await stored()), ...found };
            await store.write(adapter, `${JSON.stringify({ version: VERSION, adapter, entries: merged }, null, 1)}\n`);
        },
    };
}
/** Everything that names an adapter and its driver, so that a new driver counts as a new adapter. */
function adapterKey({ info }) {
    return [info.vendor, info.architecture, info.device, info.description].join(" | ");
}
/** A hash of the kernels' texts, and of the traits that change how they are compiled. */
export function hashKernels(device, kernels, more) {
    const { shaders, lanes, subgroups, immediates } = device;
    const libraries = Object.keys(shaders).filter((id) => id.startsWith("lib/"));
    const texts = [...kernels, ...libraries].map((id) => `${id}\n${shaders[id]}`);
    return fnv([`${VERSION} ${lanes} ${subgroups} ${immediates} ${more}`, ...texts].join("\0"));
}
/** FNV-1a over UTF-16 units, twice with different starts: 64 bits, which prevent accidents but no attacks. */
function fnv(text) {
    let low = 0x811c9dc5;
    let high = 0x01000193;
    for (let i = 0; i < text.length; i += 1) {
        const unit = text.charCodeAt(i);
        low = Math.imul(low ^ unit, 0x01000193);
        high = Math.imul(high ^ unit, 0x01000193) + i;
    }
    return [high, low].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}
/** The entries of a stored text; none where it is damaged or about another adapter. */
function parse(text, adapter) {
    if (text === undefined)
        return {};
    try {
        const stored = JSON.parse(text);
        const { entries } = stored ?? {};
        if (stored?.version !== VERSION || stored.adapter !== adapter || typeof entries !== "object" || entries === null)
            return {};
        return Object.fromEntries(Object.entries(entries).filter(([, entry]) => isEntry(entry)));
    }
    catch {
        return {};
    }
}
function isEntry(entry) {
    if (typeof entry !== "object" || entry === null || !("hash" in entry) || typeof entry.hash !== "string")
        return false;
    if ("wrong" in entry)
        return entry.wrong === null || typeof entry.wrong === "string";
    if (!("name" in entry) || !("milliseconds" in entry))
        return false;
    const { name, milliseconds } = entry;
    if (typeof name !== "string" || typeof milliseconds !== "object" || milliseconds === null)
        return false;
    return Object.values(milliseconds).every((time) => typeof time === "number");
}
