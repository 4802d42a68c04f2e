/**
 * What became of a format case, in words for people and as data for programs.
 *
 *     FAILED truncation counts bytes
 *       cases.yaml:12
 *       expected ab😀
 *       got      ab⟨f0⟩⟨9f⟩
 *                  ^ byte 2
 */
import type { Fault } from '../errors.ts'
import { renderFault } from './print-error.ts'
import type { Failure } from './run-case.ts'
import { showDifference } from './show-difference.ts'

interface CasePlace {
  readonly file: string
  readonly line: number
  readonly name: string
}

export interface CaseResult extends CasePlace {
  /** Null: passed. */
  readonly failure: Failure | null
}

/** A failed case, ending with a newline. `text`: that of its file, for the lines above carets. */
export function renderFailure({ file, line, name }: CasePlace, failure: Failure, text: string): string {
  const faultsOf = (faults: readonly Fault[]) => faults.map((fault) => renderFault(fault, { file, text })).join('')
  const body = renderBody(failure, faultsOf)
  // Faults tell their places themselves.
  const place = failure.kind === 'refused' ? '' : `${file}:${line}\n`
  const oneLine = name.replaceAll(/[\x00-\x1f\x7f]/g, '\u{fffd}')
  return `FAILED ${oneLine}\n${indent(place + body)}`
}

function renderBody(failure: Failure, render: (faults: readonly Fault[]) => string): string {
  switch (failure.kind) {
    case 'refused':
      return render(failure.faults)
    case 'accepted':
      return `expected ${errorWith(failure.piece)}\ngot      a format that compiles\n`
    case 'otherError':
      return `expected ${errorWith(failure.piece)}\ngot\n${indent(render(failure.faults))}`
    case 'unreadable':
      return `its ${failure.input} cannot be read: ${failure.message}\n`
    case 'difference':
      return renderDifference(failure)
  }
}

function errorWith(piece: string): string {
  return piece === '' ? 'a configuration error' : `a configuration error that says ${JSON.stringify(piece)}`
}

function renderDifference({ input, expected, got, complaints }: Extract<Failure, { kind: 'difference' }>): string {
  const shown = showDifference(expected, got)
  const place = `byte ${shown.byteOffset}${shown.line > 1 ? `, line ${shown.line}` : ''}`
  const notes = input === null ? ['it has no message, wire or capture to render'] : complaints
  return [
    `expected ${shown.expected || '(nothing)'}`,
    `got      ${shown.got || '(nothing)'}`,
    `         ${shown.indent}^ ${place}${input === null || input === 'message' ? '' : `, from its ${input}`}`,
    ...notes,
    '',
  ].join('\n')
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}

/** The names are an interface to other programs. */
export function describeResult({ failure, ...place }: CaseResult): object {
  if (failure === null) return { ...place, passed: true }
  const failed = { ...place, passed: false, reason: failure.kind }
  switch (failure.kind) {
    case 'refused':
      return { ...failed, faults: failure.faults.map(describeFault) }
    case 'accepted':
      return { ...failed, expectedError: failure.piece }
    case 'otherError':
      return { ...failed, expectedError: failure.piece, faults: failure.faults.map(describeFault) }
    case 'unreadable':
      return { ...failed, input: failure.input, message: failure.message }
    case 'difference':
      return {
        ...failed,
        input: failure.input,
        expectedBase64: Buffer.from(failure.expected).toString('base64'),
        gotBase64: Buffer.from(failure.got).toString('base64'),
        byteOffset: showDifference(failure.expected, failure.got).byteOffset,
        complaints: failure.complaints,
      }
  }
}

export function describeFault({ code, path, message, line = 1, column = 1 }: Fault) {
  return { code, path, message, line, column }
}
