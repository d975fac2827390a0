import { declare } from "../options/define.js";
/** Declares a task: its key, description and options, and the function that builds it from them. */
export function defineTask({ build, ...declaration }) {
    const { key, description } = declaration;
    return declare("task", declaration, (options) => ({ name: key, description, ...build(options) }));
}
