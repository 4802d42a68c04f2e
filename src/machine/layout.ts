/**
 * What the machine and the writer of its images agree on. AssemblyScript's compiler reads this file as well as TypeScript's, so plain
 * constants are all that stands here. An image is 32-bit words, with absolute addresses, since it is always laid at one place:
 *
 *     header     see below
 *     scan table slot for its presence or 0, slots of up to three oneofs; for each field number below 64 a row of two words:
 *                wire type, action, extra (8, 8 and 16 bits), operand
 *     map table  key count, any case, tag mark or 0, lengths of the keys as bits; for each key: length, address, slot, 0
 *     steps      operation, operands, operation, operands, …, stepEnd
 *
 * Every way to a value is a step: when it has written, it goes on at its first operand;
 * when it has nothing to write, at the step behind it. `how` says in which manner it writes.
 */

/** A slot: of a span, the position of the first byte and the one behind the last; else a 64-bit number. All are 0 at first. */
export const slotBytes = 8

/** Places in the header, in bytes. `headerTagged`: steps for entries with one of the custom tags; `headerPlain`: for all others. */
export const headerTagged = 0
export const headerPlain = 4
export const headerScan = 8
export const headerSlots = 12
export const headerSlotsEnd = 16
/** Bytes of room that a line needs at most: so many, and so many for each byte of the entry. */
export const headerRoom = 20
export const headerRoomPerByte = 24
/** The slot that is set when a custom tag was found. */
export const headerTagMark = 28
export const headerBytes = 32

/** Rows of a scan table, one for each field number that a tag of two bytes, as Envoy's are, can have. */
export const rowCount = 64
export const rowBytes = 8
export const tableHeadBytes = 16
/** A field that nobody wants: no field has this wire type. */
export const unknownRow = 255
export const keyBytes = 16

/** What to do with a field. `extra`: which oneof of the table it belongs to, from 1 on, or 0. Operand: a slot. */
export const actionSpan = 0
export const actionNumber = 1
/** Extra: the bit, and eight bits higher the value that sets it; 0: any but 0. */
export const actionBit = 2
/** Operand: a scan table. */
export const actionMessage = 3
/** The same for a message of which only numbers are wanted. */
export const actionNumbers = 4
/** Operand: a map table. */
export const actionMap = 5
/** Only its oneof matters. */
export const actionNone = 6
/** A field that is part of the entry's key. Operand: a key record. */
export const actionKey = 7

/** A key record: the row that the field has besides (two words; `actionNone` when nobody wants it), its part of the key, a prefix of eight bytes, its length. */
export const recordPart = 8
export const recordPrefix = 12
export const recordPrefixBytes = 20
/** All bytes of the field. */
export const partAll = 0
/** The same, if it is an entry of a map and its key has the prefix. */
export const partPrefixed = 1
/** What the fields of the message add, between its tag and a zero. */
export const partMessage = 2

export const stepEnd = 0
/** length, address */
export const stepRun = 1
/** place of the run's length and address among the stream's runs, in bytes */
export const stepStreamRun = 2
/** next, how, slot, bytes kept at most */
export const stepSpan = 3
/** next, how, slot, slot of the message around it or 0 */
export const stepUint32 = 4
export const stepUint64 = 5
/** next, how, slot, count, address of the words: length and up to 15 bytes each */
export const stepWord = 6
/** next, how, slot of presence, before those of seconds and nanoseconds; unit in nanoseconds */
export const stepDuration = 7
/** next, how, slot of the start or 0, slot of the end or 0, unit, whether time may run backwards */
export const stepElapsed = 8
/** next, how, slot, index of the formatter, its cache, digits of its fraction */
export const stepTime = 9
/** next, how, slot, slot of the protocol or 0, index of the names */
export const stepFlags = 10
/** next, how, slot of the member, before those of `addressSlots`; form, member number of a socket, of a pipe */
export const stepAddress = 11
/** next, how, slot */
export const stepTag = 12
/** next, slot: goes on at `next` when the slot is set, which is not the way that follows. */
export const stepUnless = 13

/** Bits of `how`. As JSON: a string in quotes, but for numbers. */
export const howJson = 1
/** Present when the field occurs, be it empty. */
export const howEmpty = 2
/** White space becomes `_`; spaces do; what begins at a question mark is left out. */
export const howClean = 4
export const howSpaces = 8
export const howNoQuery = 16
/** A JSON number, if it is one; of an address: its port. */
export const howNumber = 32
/** A piece of a JSON string: escaped, without quotes. */
export const howPiece = 64

export const formFull = 0
export const formHost = 1
export const formBracketed = 2
export const formPort = 3

/** A time's cache: a line for each second, by its lowest bits: the second (64 bits), text length, place of the fraction, text. */
export const timeLines = 64
export const timeLineBytes = 64
export const timeTextAt = 16
export const timeTextMax = timeLineBytes - timeTextAt

/**
 * Tables of keys (`assembly/keys.ts`): one for each message, with a row of 16 bits for each field number below 64: the bit of `wanted` that
 * asks for it (0 is never asked for) and, higher, the table of the message to look into; 0: its bytes count; `keyOnlyPrefixed`: a map of
 * which only keys with the prefix count.
 */
export const keyRowBytes = 2
export const keyTableBytes = 128
export const keyTablesMax = 8
export const keyFieldBits = 31
export const keyChildShift = 8
export const keyOnlyPrefixed = 255
/** Of the cache: so many lines (a power of two), each of a head and a key. */
export const keyLines = 256
export const keyLineBytes = 512
export const keyLineHeadBytes = 16
/** A longer key is not cached. There is room for sixteen zeros behind it. */
export const keyBytesMax = 464

/** Instead of a position: the entry is not what Envoy would send, or there may be no room; the generated function is to see to it. */
export const notMine = -4
