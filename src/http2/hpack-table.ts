/**
 * The two tables of HPACK (RFC 7541, section 2.3). An index counts through the static table from 1, then through the dynamic one, from
 * its newest entry to its oldest.
 */

/** Names and values of appendix A, from index 1; a name without `=` has the empty value. */
const staticFields =
  ':authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|:status=200|:status=204|:status=206|' +
  ':status=304|:status=400|:status=404|:status=500|accept-charset|accept-encoding=gzip, deflate|accept-language|accept-ranges|' +
  'accept|access-control-allow-origin|age|allow|authorization|cache-control|content-disposition|content-encoding|' +
  'content-language|content-length|content-location|content-range|content-type|cookie|date|etag|expect|expires|from|host|' +
  'if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|location|max-forwards|' +
  'proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server|set-cookie|strict-transport-security|' +
  'transfer-encoding|user-agent|vary|via|www-authenticate'

export interface Field {
  readonly name: string
  readonly value: string
}

export const staticTable: readonly Field[] = staticFields.split('|').map((text) => {
  const [name, value = ''] = text.split('=')
  return { name: name!, value }
})

/** What an entry is said to cost beside its name and value, in bytes. */
const fieldOverheadBytes = 32

/** Strings hold a byte in each character. */
export function fieldBytes(name: string, value: string): number {
  return name.length + value.length + fieldOverheadBytes
}

export class DynamicTable {
  /** Oldest first. */
  readonly #fields: Field[] = []
  #bytes = 0
  #bytesMax: number

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** `index` 0 is the newest. */
  at(index: number): Field | undefined {
    return this.#fields[this.#fields.length - 1 - index]
  }

  /** Makes room at the old end. A field that is larger than the table empties it and is not kept. */
  add(field: Field): void {
    const bytes = fieldBytes(field.name, field.value)
    this.#shrinkTo(this.#bytesMax - bytes)
    if (bytes > this.#bytesMax) return
    this.#fields.push(field)
    this.#bytes += bytes
  }

  resize(bytesMax: number): void {
    this.#bytesMax = bytesMax
    this.#shrinkTo(bytesMax)
  }

  #shrinkTo(bytes: number): void {
    while (this.#bytes > bytes && this.#fields.length > 0) {
      const { name, value } = this.#fields.shift()!
      this.#bytes -= fieldBytes(name, value)
    }
  }
}
