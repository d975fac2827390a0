/// <reference types="@webgpu/types" />
/** A WGSL struct of f32 fields, as the host sees it: `struct NAME` in shaders/lib lists the same fields in the same order. */
export interface RecordLayout<Field extends string = string> {
    readonly name: string;
    readonly fields: readonly Field[];
    /** Floats per record. */
    readonly size: number;
    /** Where a field lies, in floats from the beginning of the record. */
    index(field: Field): number;
    /** The record that begins at float `begin` of what was read from the GPU. */
    read(values: ArrayLike<number>, begin?: number): Readonly<Record<Field, number>>;
    /** One field of every record in an array of records. */
    column(values: ArrayLike<number>, field: Field): number[];
    /** All records of an array of them. */
    readAll(values: ArrayLike<number>): Readonly<Record<Field, number>>[];
    /** The floats of a record; fields left out are 0. */
    pack(record: Partial<Readonly<Record<Field, number>>>): number[];
}
/** Names the fields of a struct once, for everything on the host that reads or writes it. */
export declare function defineRecord<const Field extends string>(name: string, fields: readonly Field[]): RecordLayout<Field>;
