/** The JSON Schema of `sink.yaml`, for editors: made from the definition that validates it, so the two cannot disagree. */
import * as z from 'zod'
import { sinkSchema } from './schema.ts'

/** Draft 2020-12. Describes what may be written, so every key with a default is optional. */
export function sinkJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(sinkSchema, { io: 'input' }), title: 'als-sink configuration' }
}
