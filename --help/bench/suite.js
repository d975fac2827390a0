import { nearestFirst } from "../src/options/problems.js";
import { caseFamilies } from "./cases/index.js";
import { pathCases } from "./paths/index.js";
/** All cases, by family. */
export const families = { ...caseFamilies, paths: pathCases };
/**
 * Cases whose family is one of the words, or whose name and shape contain one; without words, all cases.
 * @throws Error in one line when a word selects nothing, with the nearest names
 */
export function chooseCases(words) {
    const all = Object.entries(families).flatMap(([family, cases]) => cases.map((one) => ({ family, one })));
    const selected = (word) => all.filter(({ family, one }) => family === word || `${one.name} ${one.shape}`.includes(word));
    for (const word of words) {
        if (selected(word).length > 0)
            continue;
        const near = nearestFirst(word, [...new Set([...Object.keys(families), ...all.map(({ one }) => one.name)])]).slice(0, 3);
        throw new Error(`no benchmark is called "${word}"; near it are ${near.join(", ")}; --list shows all`);
    }
    const wanted = words.length === 0 ? all : all.filter((entry) => words.some((word) => selected(word).includes(entry)));
    return wanted.map(({ one }) => one);
}
