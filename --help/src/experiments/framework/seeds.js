import { z } from "zod";
import { whole } from "../../options/schema.js";
const error = "a whole number from 1 to 1000 (how many seeds), or a list of different seeds such as [3, 5, 8]";
const count = z.number().refine((seeds) => Number.isInteger(seeds) && seeds >= 1 && seeds <= 1000, { error });
const list = z
    .array(whole({ min: 0, max: 0xffffffff }))
    .refine((seeds) => seeds.length > 0 && new Set(seeds).size === seeds.length, { error });
/** The setting `seeds`: how many seeds, counted from 0, or a list of them. */
export const seedsSchema = z.union([count, list], { error });
export function seedsOf({ seeds }) {
    return typeof seeds === "number" ? Array.from({ length: seeds }, (_, seed) => seed) : seeds;
}
/** "5 seeds", or "2 seeds (3, 8)" where the setting lists them. */
export function seedsInWords({ seeds }) {
    const count = seedsOf({ seeds }).length;
    return `${count} ${count === 1 ? "seed" : "seeds"}${typeof seeds === "number" ? "" : ` (${seeds.join(", ")})`}`;
}
