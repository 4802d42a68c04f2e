/** A configuration document that cannot be used, carried to where it is printed. */
import { ConfigError, type Fault } from '../errors.ts'

/** Knows the document's name and text, so that its faults can be shown in their lines. */
export class DocumentError extends ConfigError {
  readonly file: string
  /** Undefined when the faults bring their own excerpts. */
  readonly text: string | undefined

  constructor(file: string, text: string | undefined, faults: readonly Fault[], options?: ErrorOptions) {
    super(faults, options)
    this.file = file
    this.text = text
  }
}
