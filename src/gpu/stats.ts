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

export function createStats(): DeviceStats {
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
