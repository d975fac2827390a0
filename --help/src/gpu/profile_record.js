/** Bytes of a window that a run uses; 0 where the contents are unknown. */
export function liveBytes(launch, binding, run) {
    const elements = launch.contents?.(binding, run).shape.reduce((a, b) => a * b, 1) ?? 0;
    return Math.min(launch.windows[binding].size, elements * 4);
}
/** Describes a dispatch before it runs, without times. */
export function describeDispatch(launch, run) {
    const { kernel, label, scope = "" } = launch;
    const values = launch.parameters(run);
    const parameters = Object.fromEntries(kernel.parameters.map(({ name }, i) => [name, values[i]]));
    return { kernel: kernel.id, label, scope, parameters, bytes: bytesBound(launch, run), start: 0, duration: 0 };
}
function bytesBound(launch, run) {
    const { windows } = launch;
    const sizes = windows.map((_, binding) => liveBytes(launch, binding, run));
    const isFirst = windows.map(({ buffer, offset }, i) => i === windows.findIndex((each) => each.buffer === buffer && each.offset === offset));
    return sizes.reduce((sum, size, i) => sum + (isFirst[i] ? size : 0), 0);
}
