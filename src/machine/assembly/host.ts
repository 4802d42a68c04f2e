/** What the machine leaves to its host, since it is rare. */

/** Writes `[at, end)` as a JSON string, escapes and all. */
@external('host', 'jsonString')
export declare function jsonString(o: u32, at: u32, end: u32): u32

/** Makes a JSON string, escapes and all, of what was written at `[o + 1, end)`. */
@external('host', 'quote')
export declare function quote(o: u32, end: u32): u32

/** Writes the names of the flags in `mask`. */
@external('host', 'flags')
export declare function flags(index: u32, o: u32, mask: u32, isHttp: bool): u32

/** Fills a line of a time's cache for a second. */
@external('host', 'fillTime')
export declare function fillTime(index: u32, line: u32, second: f64): void
