/// <reference types="@webgpu/types" />
/** docs/method.md, "The controller": its signs, offsets and targets, on a policy small enough for minutes on a software GPU. */
export declare const toyControl: import("../../framework/study.js").Study;
