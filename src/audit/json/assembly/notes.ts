/** Where what stands in the note of a member, by bytes; its keys and values are numbers of words (`words.ts`). As in `audit/json/notes.ts`. */
export const keyAtField: u32 = 0
export const keyEndField: u32 = 4
export const valueAtField: u32 = 8
export const valueEndField: u32 = 12
/** Where the note of the next member is: in between stand those of the members of its value. */
export const nextField: u32 = 16
export const keyField: u32 = 20
export const valueField: u32 = 24

export const noteBytes: u32 = 28
