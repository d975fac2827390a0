import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "./digest.js";
import { FileError, isFile, readError } from "./files.js";
import { LOGS, METRICS, parseRecord } from "./run_folder.js";
import { writeWhole } from "./write_whole.js";
/**
 * Finds what of each log belongs to a checkpoint. Later lines are dropped, because the run logs them again; the other lines keep their
 * bytes. Writes nothing yet. Throws FileError where lines up to the checkpoint are missing or damaged and cannot be mended with certainty.
 */
export async function planLogRepair(place) {
    const changes = [];
    const notes = [];
    for (const name of LOGS) {
        const path = join(place.dir, name);
        const recorded = place.recorded && (place.recorded[name] ?? digestOf([]));
        if (!(await isFile(path))) {
            if (name === METRICS && place.step > 0)
                throw new FileError(`${path} is missing; ${remedy(place)}.`);
            if (recorded && recorded.bytes > 0)
                notes.push(`${path} is missing; it begins again after step ${place.step}`);
            continue;
        }
        const found = await readFile(path).catch((error) => {
            throw readError(path, error);
        });
        const { bytes, note } = repaired({ ...place, name, recorded, found });
        if (note)
            notes.push(`${path}: ${note}`);
        if (!bytes.equals(found))
            changes.push({ path, bytes });
    }
    return {
        notes,
        apply: async () => {
            for (const { path, bytes } of changes)
                await writeWhole(path, bytes);
        },
    };
}
function repaired(log) {
    const { recorded, found, step } = log;
    const prefix = found.subarray(0, recorded?.bytes ?? 0);
    if (recorded && matches(prefix, recorded))
        return { bytes: prefix, note: droppedNote(linesOf(found.subarray(prefix.length)), step) };
    const lines = linesOf(found);
    const kept = linesUpTo(lines, log);
    const bytes = Buffer.from(kept.map(({ text }) => `${text}\n`).join(""));
    const fault = faultOf(lines, kept, log);
    const isCertain = recorded ? matches(bytes, recorded) : fault === undefined;
    if (!isCertain)
        throw new FileError(`${join(log.dir, log.name)} ${fault ?? "differs from what was logged"}; ${remedy(log)}.`);
    const isMended = !found.subarray(0, bytes.length).equals(bytes);
    if (!isMended)
        return { bytes, note: droppedNote(linesOf(found.subarray(bytes.length)), step) };
    const later = lines.filter((line) => line.step !== undefined && line.step > step);
    const notes = [`mended up to step ${step}, where lines were repeated, torn or out of order`, droppedNote(later, step)];
    return { bytes, note: notes.filter((note) => note !== undefined).join("; ") };
}
/** All lines; the last one may have no line end, because its writing was cut short. */
function linesOf(bytes) {
    const texts = bytes.toString("utf8").split("\n");
    if (texts.at(-1) === "")
        texts.pop();
    return texts.map((text, index) => ({ number: index + 1, text, step: parseRecord(text)?.step }));
}
/** The records up to a step in order. A step has one line of metrics, so further ones that are equal to it are left out. */
function linesUpTo(lines, { name, step }) {
    const upTo = lines.filter((line) => line.step !== undefined && line.step <= step).sort((a, b) => a.step - b.step);
    return name === METRICS ? upTo.filter(({ text }, i) => text !== upTo[i - 1]?.text) : upTo;
}
/** What is wrong with the lines up to a step, beside what `linesUpTo` mends. */
function faultOf(lines, kept, { name, step }) {
    const last = lines.findLastIndex((line) => line.step !== undefined && line.step <= step);
    const torn = lines.find((line, index) => line.step === undefined && index < last);
    if (name !== METRICS)
        return torn && `line ${torn.number} is not a JSON object with a whole "step"`;
    // Step 0, an evaluation before the first step, may have a line.
    const first = kept[0]?.step === 0 ? 0 : 1;
    for (let index = 0; index <= step - first; index += 1) {
        const expected = first + index;
        const found = kept[index]?.step;
        if (found === expected)
            continue;
        if (found !== undefined && found < expected)
            return `has two different lines of step ${found}`;
        return torn ? `line ${torn.number} is not a JSON object, and step ${expected} has no line` : `has no line of step ${expected}`;
    }
    return kept.length > step + 1 - first ? `has two different lines of step ${kept.at(-1).step}` : undefined;
}
function matches(bytes, recorded) {
    return bytes.length === recorded.bytes && digestOf([bytes]).sha256 === recorded.sha256;
}
function droppedNote(lines, step) {
    const torn = lines.filter((line) => line.step === undefined).length;
    if (lines.length === 0)
        return undefined;
    const parts = [...count(lines.length - torn, "line"), ...count(torn, "torn line")];
    return `dropped ${parts.join(" and ")} after step ${step}, which the run logs again`;
}
function count(number, what) {
    return number === 0 ? [] : [`${number} ${what}${number === 1 ? "" : "s"}`];
}
function remedy({ dir, checkpoint }) {
    return `${checkpoint} of ${dir} goes on from it: restore the file, remove that checkpoint to go on from an earlier one, or start a new run`;
}
