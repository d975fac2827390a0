/** An advantage that compares the completions of one prompt with each other. */
export function withinGroups(advantages, traits = {}) {
    return Object.assign(advantages, { comparesWithinGroups: true, ...traits });
}
/** An advantage that does not compare the completions of one prompt with each other. */
export function withoutGroups(advantages) {
    return Object.assign(advantages, { comparesWithinGroups: false });
}
