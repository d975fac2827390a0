import { isWhole } from "../problem.js";
/** A size a little above another one. It is made of whole quads where `like` is. */
export function raggedAbove(size, like) {
    return size + (isWhole(like) ? 4 : 3);
}
