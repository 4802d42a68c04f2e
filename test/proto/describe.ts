/**
 * Definitions read by protobufjs and compared as plain data: for the tests that hold `proto/` against upstream.
 */
import protobuf from 'protobufjs'

/** Everything of a field that decides its bytes or its name, in one line: `repeated string type_urls = 6`. */
export type Lines = ReadonlySet<string>

/** A message's fields or an enum's values, each as one line. Names of types are spelled by `rename`. */
export function describe(
  object: protobuf.Type | protobuf.Enum,
  rename: (fullName: string) => string = (n) => n,
): Lines {
  if (object instanceof protobuf.Enum) {
    return new Set(Object.entries(object.values).map(([name, number]) => `${name} = ${number}`))
  }
  return new Set(object.fieldsArray.map((field) => describeField(field.resolve(), rename)))
}

function describeField(field: protobuf.Field, rename: (fullName: string) => string): string {
  const type = field.resolvedType ? rename(field.resolvedType.fullName.slice(1)) : field.type
  const whole = field instanceof protobuf.MapField ? `map<${field.keyType}, ${type}>` : type
  const oneof = field.partOf ? ` in oneof ${field.partOf.name}` : ''
  return `${field.repeated ? 'repeated ' : ''}${whole} ${field.name} = ${field.id}${oneof}`
}

/** Every message and enum below `root`, by full name. */
export function definitions(root: protobuf.Root): Map<string, protobuf.Type | protobuf.Enum> {
  const found = new Map<string, protobuf.Type | protobuf.Enum>()
  const walk = (parent: protobuf.NamespaceBase) => {
    for (const object of parent.nestedArray) {
      if (object instanceof protobuf.Type || object instanceof protobuf.Enum)
        found.set(object.fullName.slice(1), object)
      if (object instanceof protobuf.Namespace) walk(object)
    }
  }
  walk(root)
  return found
}

/** Lines of `ours` that `theirs` lacks as `+ …`, lines of `theirs` that ours lacks as `- …`; `expected` ones are left away. */
export function differences(ours: Lines, theirs: Lines, expected: readonly string[] = []): string[] {
  const added = [...ours].filter((line) => !theirs.has(line)).map((line) => `+ ${line}`)
  const missing = [...theirs].filter((line) => !ours.has(line)).map((line) => `- ${line}`)
  const found = [...added, ...missing]
  const gone = expected.filter((line) => !found.includes(line)).map((line) => `no longer a difference: ${line}`)
  return [...found.filter((line) => !expected.includes(line)), ...gone]
}
