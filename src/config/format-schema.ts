/** The keys of a format, in Kuma's words and in Envoy's. Which of them go together is checked in `formats.ts`. */
import * as z from 'zod'
import { later, section, word } from './kinds.ts'

/** Kuma's `format`, and `preset`. */
export const kumaFormat = section({
  type: z.enum(['Plain', 'Json']).optional(),
  plain: word().optional(),
  json: z
    .array(section({ key: word(), value: word() }))
    .min(1)
    .optional(),
  omitEmptyValues: z.boolean().default(false),
  preset: z.enum(['envoy', 'kuma', 'kuma-documented']).optional(),
})

/** Envoy's `log_format`. `content_type` concerns local replies and has no effect on a log, in Envoy as here. */
export const envoyFormat = section(
  {
    text_format_source: section({
      inline_string: z.string().optional(),
      inline_bytes: z.string().optional(),
      filename: word().optional(),
      environment_variable: word().optional(),
    }).optional(),
    text_format: z.string().optional(),
    json_format: z.record(z.string(), z.unknown()).optional(),
    omit_empty_values: z.boolean().default(false),
    content_type: z.string().optional(),
    json_format_options: section({ sort_properties: z.boolean().optional() }).optional(),
  },
  later('formatters'),
)

export type KumaFormatDocument = z.output<typeof kumaFormat>
export type EnvoyFormatDocument = z.output<typeof envoyFormat>
