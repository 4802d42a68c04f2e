/** Prints the steps that only LogRecords have; for those with other steps inside see `print-steps.ts`. */
import { anyValueGap } from '../render/any-value.ts'
import { type As, jsonSafe } from './leaves.ts'
import type { Step, Value, Way } from './plan.ts'

export type OtlpStep = Extract<Step, { kind: 'unixNanos' | 'codeClass' | 'traceContext' }>

/** `slot`: its name in the source. `run`: the statements for constant bytes. */
export function printOtlpStep(
  step: OtlpStep,
  o: string,
  slot: (name: string) => string,
  run: (bytes: string) => readonly string[],
): string[] {
  switch (step.kind) {
    case 'unixNanos': {
      const comment = `// ${step.field}`
      if (step.slot === null) return [`${o} = unixMillis(${o}, ${step.tag}, receivedAtMs) ${comment}`]
      const [seconds, nanos] = [`${step.slot}.seconds`, `${step.slot}.nanos`].map((name) => `s[${slot(name)}]`)
      return [`if (s[${slot(step.slot)}] !== 0) ${o} = unixNanos(${o}, ${step.tag}, ${seconds}, ${nanos}) ${comment}`]
    }
    case 'codeClass': {
      const code = `uint32At(s[${slot(step.code)}])`
      return [
        '// severity by the first digit of the response code',
        `if (s[${slot(step.wrapper)}] !== 0) switch ((${code} / 100) | 0) {`,
        ...step.classes.flatMap(({ digits, bytes }) => [
          `  ${digits.map((digit) => `case ${digit}:`).join(' ')}`,
          ...run(bytes).map((line) => `    ${line}`),
          '    break',
        ]),
        '}',
      ]
    }
    case 'traceContext': {
      const { traceparent, b3, b3TraceId, b3SpanId, datadogTraceId, datadogParentId } = step.headers
      const span = (name: string) => `s[${slot(name)}], s[${slot(name)} + 1]`
      const ways = [
        `traceparent(${o}, ${span(traceparent)})`,
        `b3(${o}, ${span(b3)})`,
        `b3Ids(${o}, ${span(b3TraceId)}, ${span(b3SpanId)})`,
        `datadogIds(${o}, ${span(datadogTraceId)}, ${span(datadogParentId)})`,
      ]
      return [
        '// flags, trace_id and span_id',
        ...ways.map((way, i) => `${i > 0 ? 'else ' : ''}if ((q = ${way}) >= 0) ${o} = q`),
      ]
    }
  }
}

/** The test of a way (null: always) and the statement that writes its value at `at`, where it then ends. */
export type PrintWay = (way: Way, as: As) => { readonly test: string | null; readonly write: string }

/**
 * An operator alone in an AnyValue: the value is written at `at`, behind the room for tag and length of a string, then made the member. Of
 * what is no scalar in JSON the member is a string, with the same text as elsewhere.
 */
export function printTyped({ ways }: Value, o: string, at: string, print: PrintWay): string[] {
  const lines: string[] = []
  for (const way of ways) {
    const { test, statements } = typedWay(way, o, at, print)
    const word = lines.length > 0 ? 'else ' : ''
    lines.push(test === null ? `${word}{` : `${word}if (${test}) {`, ...indent(statements), '}')
    if (test === null) break
  }
  return lines
}

function typedWay(way: Way, o: string, at: string, print: PrintWay): { test: string | null; statements: string[] } {
  const text = print(way, 'text')
  const asString = [text.write, `${o} = anyString(${o}, ${at})`]
  if (way.type === 'string') return { test: text.test, statements: asString }
  const { test, write } = print(way, 'json')
  if (way.type === 'number' && jsonSafe(way.leaf)) return { test, statements: [write, `${o} = anyNumber(${o}, ${at})`] }
  const again = [`${at} = ${o} + ${anyValueGap}`]
  const otherwise = text.test === null ? asString : [`if (${text.test}) {`, ...indent(asString), '}']
  return {
    test,
    statements: [
      write,
      `if (isScalar(${o})) ${o} = anyScalar(${o}, ${at})`,
      'else {',
      ...indent([...again, ...otherwise]),
      '}',
    ],
  }
}

const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`)
