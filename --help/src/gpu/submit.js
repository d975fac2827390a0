/**
 * Submits what an encoder holds, with copies behind it. Every submission of the engine goes through here, so that it can be proven and timed.
 * Resolves with the milliseconds that it took.
 */
export function submitCommands(device, label, encoder, copies) {
    device.stamps.mark(encoder);
    copies?.(encoder);
    device.gpu.queue.submit([encoder.finish()]);
    device.stamps.commit(label);
    device.stats.submits += 1;
    return device.flight.submitted(label);
}
