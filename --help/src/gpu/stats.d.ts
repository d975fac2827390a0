/** What a device has created and done so far. After a plan's first run, further runs must not change the first three. */
export interface DeviceStats {
    buffers: number;
    bindGroups: number;
    pipelines: number;
    dispatches: number;
    submits: number;
    bytesUploaded: number;
    bytesRead: number;
    /** Bytes of buffers that are alive now, and the most that ever were. */
    bytesAllocated: number;
    bytesPeak: number;
}
export declare function createStats(): DeviceStats;
