import type { Family, Way } from "./family.js";
/** The plain kernel, which is right everywhere; the others are compared with it. */
export declare const registerWay: Way;
/** For software adapters without subgroups of a fixed size, and wherever nothing better is right. */
export declare const register: Family;
