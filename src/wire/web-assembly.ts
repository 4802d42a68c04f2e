/** The part of WebAssembly's JavaScript interface that the kernel uses; TypeScript declares it together with a browser only. */

/** `buffer` stays the same as long as the memory does not grow. */
export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer
}

/** Compiled code, without a memory yet. */
export interface WebAssemblyModule {
  readonly [Symbol.toStringTag]: string
}

interface WebAssemblyApi {
  /** In pages of 64 KiB. */
  readonly Memory: new (size: {
    initial: number
    maximum: number
  }) => WebAssemblyMemory
  readonly Module: new (code: Uint8Array) => WebAssemblyModule
  readonly Instance: new (
    module: WebAssemblyModule,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> }
}

export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly
