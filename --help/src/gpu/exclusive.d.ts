/// <reference types="@webgpu/types" />
/** Runs one call at a time of something whose calls share GPU memory. A call that comes too early is refused and changes nothing. */
export type Exclusive = <Result>(work: () => Promise<Result>) => Promise<Result>;
/** `what` names what runs, for the message: "the policy update". */
export declare function createExclusive(what: string): Exclusive;
