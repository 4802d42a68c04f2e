/**
 * YAML as Kuma reads it, for documents that are Kuma's: `yes`, `no`, `on` and `off` are booleans as in YAML 1.1, `<<` merges, and of a
 * repeated key the last one counts. Everything else is YAML 1.2, to which the rest of 1.1 only adds traps (`12:30` is 750 there).
 */
import { type DocumentOptions, type ParseOptions, Scalar, type ScalarTag, type SchemaOptions, type Tags } from 'yaml'

const bool: ScalarTag = {
  identify: (value) => typeof value === 'boolean',
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test: /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
  resolve: (text) => new Scalar(/^(?:y|t|on)/i.test(text)),
}

/** For `parseAllDocuments`. */
export const kumaYaml: ParseOptions & DocumentOptions & SchemaOptions = {
  customTags: (tags: Tags) => tags.map((tag) => (typeof tag === 'object' && tag.tag === bool.tag ? bool : tag)),
  merge: true,
  prettyErrors: false,
  uniqueKeys: false,
}
