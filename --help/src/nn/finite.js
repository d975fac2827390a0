import { NotFiniteError } from "../gpu/errors.js";
/** @throws NotFiniteError naming the first array with a number that is not finite in single precision. `consequence` ends the message. */
export function requireFinite(arrays, owner, consequence) {
    for (const [name, { data }] of arrays) {
        const first = nextNotFinite(data, 0);
        if (first === data.length)
            continue;
        let count = 0;
        for (let i = first; i < data.length; i = nextNotFinite(data, i + 1))
            count += 1;
        const many = count === 1 ? "1 number is" : `${count} numbers are`;
        throw new NotFiniteError(`${owner}: ${many} not finite of ${data.length} in ${name}, first ${data[first]} at ${first}; ${consequence}`);
    }
}
function nextNotFinite(data, begin) {
    let i = begin;
    while (i < data.length && Number.isFinite(Math.fround(data[i])))
        i += 1;
    return i;
}
