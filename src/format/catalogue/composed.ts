/** Catalogue rows whose argument is a language of its own: COALESCE names other operators in JSON, CEL holds an expression. */
import { type ByteString, toByteString, toText } from '../byte-string.ts'
import { ArgumentFault, inNoEntry, notCarried, type Operator, type OperatorCall, type ReadMember } from '../operator.ts'
import { checkExpression, lineEnded } from './cel-expression.ts'

function expressionOperator(name: string, meaning: string): Operator {
  return {
    name,
    argument: 'required',
    truncates: true,
    meaning,
    argumentHint: 'EXPRESSION',
    example: { use: `%${name}(request.method)%`, gives: 'GET' },
    carriage: { verdict: 'notCarried', note: 'evaluated by the proxy only' },
    sources: (argument) => {
      checkExpression(argument)
      return notCarried('string')
    },
  }
}

/** `{"operators": [NAME | {"command": NAME, "param": TEXT, "max_length": N}, …]}`, other keys ignored. */
function readMembers(argument: ByteString, read: ReadMember): OperatorCall[] {
  const { operators } = parseObject(argument)
  if (!Array.isArray(operators) || operators.length === 0) {
    throw new ArgumentFault('coalesce', '%COALESCE% needs a list under "operators" that names at least one.')
  }
  return operators.map((member: unknown, i) => {
    const { command, param = '', max_length = null } = typeof member === 'string' ? { command: member } : record(member)
    const fault = (why: string) => new ArgumentFault('coalesce', `%COALESCE%, operators[${i}]: ${why}`)
    if (typeof command !== 'string' || command === '') throw fault('a name, or an object with a name under "command".')
    if (typeof param !== 'string') throw fault('"param" must be a string.')
    if (max_length !== null && !(Number.isInteger(max_length) && (max_length as number) > 0)) {
      throw fault('"max_length" must be an integer above 0.')
    }
    if (command.startsWith('KUMA_')) throw fault(`${command} is Kuma's; Envoy knows only its own operators here.`)
    try {
      return read(toByteString(command), toByteString(param), max_length as number | null)
    } catch (error) {
      throw error instanceof ArgumentFault ? fault(error.message) : error
    }
  })
}

function parseObject(argument: ByteString): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(toText(argument))
  } catch (error) {
    throw new ArgumentFault('coalesce', `The argument of %COALESCE% is no JSON: ${(error as Error).message}.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ArgumentFault('coalesce', '%COALESCE% needs a JSON object: {"operators": ["REQ", …]}.')
  }
  return value as Record<string, unknown>
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

export const composedOperators: readonly Operator[] = [
  {
    name: 'COALESCE',
    argument: 'required',
    truncates: true,
    meaning: 'The first of several operators that has a value, named in JSON',
    argumentHint: '{"operators":[…]}',
    example: {
      use: '%COALESCE({"operators":[{"command":"REQ","param":"X-USER"},"DOWNSTREAM_PEER_SUBJECT"]})%',
      gives: 'CN=web,O=Shop',
    },
    carriage: { verdict: 'differs', note: 'as the operators that it names' },
    since: '1.37',
    members: readMembers,
    sources: () => notCarried('string'),
  },
  { ...expressionOperator('CEL', 'What a CEL expression over the attributes of the proxy gives, as text') },
  {
    ...expressionOperator('TYPED_CEL', 'The same, typed in JSON'),
    carriage: {
      ...inNoEntry,
      note: 'evaluated by the proxy only; in JSON a message or a map with keys that are no strings is null',
    },
    typedBy: (argument) => ({ name: 'CEL', argument: typedExpression(argument) }),
  },
]

/**
 * An expression whose text tells the value of another one together with its type: a message that holds it as a protobuf Value, which
 * CEL prints field by field. An integer is made a double, as in Envoy's typed JSON; a Value would hold a large one as a string.
 */
function typedExpression(expression: ByteString): ByteString {
  const whole = `(${lineEnded(expression)})`
  const isInteger = ['int', 'uint'].map((type) => `type${whole}==${type}`).join('||')
  return `envoy.config.core.v3.KeyValuePair{value:${isInteger}?double${whole}:${whole}}`
}
