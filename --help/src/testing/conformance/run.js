import { isPassed, LEVELS, } from "./case.js";
/** The cases that a level and a selection leave, in the order of the groups. */
export function selectCases(groups, { level, only = [] }) {
    return groups.flatMap((group) => group.cases
        .filter((one) => LEVELS.indexOf(one.level) <= LEVELS.indexOf(level))
        .filter(({ name }) => only.length === 0 || only.some((wanted) => isWanted(wanted, group.name, name)))
        .map((one) => ({ group: group.name, case: one })));
}
function isWanted(wanted, group, name) {
    const cut = wanted.indexOf("/");
    return cut < 0 ? wanted === group : wanted.slice(0, cut) === group && name.includes(wanted.slice(cut + 1));
}
/** Runs cases one after the other. A case that spoils its device fails, and the next one gets another device. */
export async function runConformance(groups, options) {
    const selected = selectCases(groups, options);
    const facts = {};
    const devices = createDevices(options.open);
    const outcomes = [];
    for (const [index, { group, case: one }] of selected.entries()) {
        options.onCase?.(group, one.name, index, selected.length);
        if (index > 0 && selected[index - 1].group !== group)
            devices.closeOthers();
        outcomes.push(await runCase(group, one, devices, (fact, value) => void Object.assign(facts, { [fact]: value })));
        if (options.stopAtFailure && outcomes.at(-1).status === "failed")
            break;
    }
    devices.close();
    return { outcomes, facts };
}
async function runCase(group, one, devices, note) {
    const start = performance.now();
    const outcome = (status, more = {}) => ({
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
        if (reason !== undefined)
            return outcome("skipped", { reason });
        const measures = await one.run({ device, open: devices.open, openAnother: devices.openAnother, note });
        for (const each of devices.all())
            each.assertHealthy();
        return outcome(measures.every(isPassed) ? "passed" : "failed", { measures });
    }
    catch (error) {
        const text = error instanceof Error ? error.message || error.name : String(error);
        devices.closeSpoilt();
        return outcome("failed", { reason: text.split("\n")[0] });
    }
}
function createDevices(openNew) {
    const known = new Map();
    const close = (isWanted) => {
        for (const [key, device] of [...known]) {
            if (!isWanted(key, device))
                continue;
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
function isSpoilt(device) {
    try {
        device.assertHealthy();
        return false;
    }
    catch {
        return true;
    }
}
