/** Fields of a LogRecord as bytes, where their content is known: at configuration time, or once the stream is. */
import { type ByteString, toByteString, toText } from '../format/byte-string.ts'
import { delimited } from '../schema/proto-bytes.ts'

/** Tag, length, content. In text, bytes that are no UTF-8 become U+FFFD: readers of protobuf refuse a record with others in a string. */
export function encodeField({ tag, isText }: { tag: number; isText: boolean }, content: ByteString): ByteString {
  const bytes = isText ? toByteString(toText(content)) : content
  return String.fromCharCode(tag) + toByteString(delimited(Buffer.from(bytes, 'latin1')))
}
