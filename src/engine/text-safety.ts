/**
 * Where Envoy's line and a friendly line pull apart: switches, all off by default, for then the line is Envoy's to the byte.
 */
export interface TextSafety {
  /** Text formats: control characters in values (a line feed above all) are escaped, so that one entry stays one line. */
  readonly escapeControl: boolean
  /** A length never cuts through a UTF-8 character: what is left of one is dropped. */
  readonly wholeCharacters: boolean
  /** Infinity in metadata is `null` in JSON, as NaN is, and not `inf`, which is no JSON. */
  readonly finiteNumbers: boolean
}

export const envoysOwn: TextSafety = { escapeControl: false, wholeCharacters: false, finiteNumbers: false }
