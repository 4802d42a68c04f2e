/** Faults as people see them. */
import { expect, test } from 'vitest'
import { renderError, renderFault } from '../../src/cli/print-error.ts'
import { UsageError } from '../../src/cli/terminal.ts'
import { WriteError } from '../../src/errors.ts'

test('a fault of a format: place, format, caret, how to mend it', () => {
  const text = '[%START_TIME%] %RESPONSE_COD% %DURATION%\n'
  const fault = {
    code: 'unknown_operator',
    path: 'pipelines[1].backends[0].file.format.plain',
    line: 12,
    column: 16,
    message:
      '%RESPONSE_COD% is not an operator. Did you mean %RESPONSE_CODE%? `als-sink explain --operators` lists them all.',
    excerpt: { text, index: 15, length: 14 },
  }
  expect(renderFault(fault, { file: 'sink.yaml' })).toBe(
    `sink.yaml:12:16 pipelines[1].backends[0].file.format.plain, column 16: %RESPONSE_COD% is not an operator.
    [%START_TIME%] %RESPONSE_COD% %DURATION%
                   ^^^^^^^^^^^^^^
Did you mean %RESPONSE_CODE%? \`als-sink explain --operators\` lists them all.
`,
  )
})

test('a fault of a document shows its line', () => {
  const fault = { code: 'wrong_value', path: 'log.level', line: 2, column: 10, message: 'must be info, not "loud".' }
  expect(renderFault(fault, { file: 'sink.yaml', text: 'log:\n  level: "loud"\n' })).toBe(
    `sink.yaml:2:10 log.level: must be info, not "loud".
      level: "loud"
             ^^^^^^
`,
  )
})

test('in a format of several lines the line is told, and only that one is shown', () => {
  const fault = {
    code: 'x',
    path: 'a',
    message: 'is odd.',
    excerpt: { text: 'one\ntwo é %X%\n', index: 10, length: 3 },
  }
  expect(renderFault(fault)).toBe('a, line 2, column 7: is odd.\n    two é %X%\n          ^^^\n')
})

test('the caret counts characters, not their halves', () => {
  const fault = { code: 'x', path: 'a', message: 'is odd.', excerpt: { text: '😀😀%X%', index: 4, length: 3 } }
  expect(renderFault(fault)).toBe('a, column 3: is odd.\n    😀😀%X%\n      ^^^\n')
})

test('of a long line the part around the fault is shown', () => {
  const text = `${'a'.repeat(200)}%X%${'b'.repeat(200)}`
  const [, shown, caret] = renderFault({
    code: 'x',
    path: '',
    message: 'is odd.',
    excerpt: { text, index: 200, length: 3 },
  }).split('\n')
  expect(shown).toBe(`    …${'a'.repeat(59)}%X%${'b'.repeat(89)}…`)
  expect(caret).toBe(`    ${' '.repeat(60)}^^^`)
})

test('control characters of a document do not reach the terminal', () => {
  const fault = { code: 'x', path: '', message: 'is odd.', excerpt: { text: '\x1b[31m%X%', index: 5, length: 3 } }
  expect(renderFault(fault)).toBe('is odd.\n    \u{fffd}[31m%X%\n         ^^^\n')
})

test('a warning says that it is one', () => {
  expect(renderFault({ code: 'x', path: 'a', message: 'is odd.' }, { file: 'f', severity: 'warning' })).toBe(
    'f warning: a: is odd.\n',
  )
})

test('errors of ours are one sentence, others keep their stack', () => {
  expect(renderError(new UsageError('Which format?'))).toBe('als-sink: Which format?\n')
  expect(renderError(new WriteError({ code: 'ENOSPC', message: 'The disk is full.', retryable: true }))).toBe(
    'als-sink: The disk is full.\n',
  )
  expect(renderError(new TypeError('x is undefined'))).toMatch(
    /^als-sink: unexpected: TypeError: x is undefined\n\s+at /,
  )
})
