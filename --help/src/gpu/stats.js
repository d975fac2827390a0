export function createStats() {
    return {
        buffers: 0,
        bindGroups: 0,
        pipelines: 0,
        dispatches: 0,
        submits: 0,
        bytesUploaded: 0,
        bytesRead: 0,
        bytesAllocated: 0,
        bytesPeak: 0,
    };
}
