/**
 * Builds something of parts that it owns. Where building fails, what was built before is destroyed; otherwise `destroy` of the result
 * destroys the parts, the last first. A second `destroy` does nothing.
 */
export async function build(make) {
    const parts = [];
    const destroy = () => {
        for (const part of parts.splice(0).reverse())
            part.destroy();
    };
    try {
        const result = await make((part) => {
            parts.push(part);
            return part;
        });
        return Object.assign(result, { destroy });
    }
    catch (error) {
        destroy();
        throw error;
    }
}
/** Makes something that needs `part`, which is destroyed where that fails. */
export function makeWith(part, make) {
    try {
        return make();
    }
    catch (error) {
        part.destroy();
        throw error;
    }
}
