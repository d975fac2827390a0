const UNITS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };
/** What an amount of memory must look like, for messages. */
export const BYTES_ALLOWED = "an amount of memory such as 10GiB, 512MiB or 8e9";
/** The bytes of an amount such as "10GiB", "8 GB" or 8e9; undefined where it is none. */
export function parseBytes(amount) {
    const [, digits, unit = "B"] = /^\s*([\d.]+(?:e\d+)?)\s*([KMGT]?i?B)?\s*$/.exec(String(amount)) ?? [];
    if (digits === undefined || !Object.hasOwn(UNITS, unit))
        return undefined;
    const bytes = Number(digits) * UNITS[unit];
    return Number.isFinite(bytes) && bytes >= 1 ? Math.floor(bytes) : undefined;
}
/** "3.2 GiB": at most four digits, rounded up, so that a limit that is written down suffices. */
export function formatBytes(bytes) {
    const step = Math.min(5, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
    const amount = bytes / 1024 ** step;
    const digits = step === 0 || amount >= 100 ? 1 : 10;
    return `${Math.ceil(amount * digits) / digits} ${["B", "KiB", "MiB", "GiB", "TiB", "PiB"][step]}`;
}
