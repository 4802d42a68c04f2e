/**
 * The first of Kuma's two looks at a document: its OpenAPI schema. Here are the few kinds of node that the schema of a policy is made of,
 * and the check itself; the schema stands in `policy-schema.ts`. What a node does not know is passed over, as Kuma does.
 */

import type { Findings } from '../../config/findings.ts'
import { isObject } from '../../config/formats.ts'
import { didYouMean } from '../../did-you-mean.ts'

export type SchemaNode =
  | {
      readonly type: 'string'
      readonly enum?: readonly string[]
      /** 0 or 1: whether the empty string is refused. */
      readonly minLength?: number
      readonly pattern?: RegExp
      /** How to mend what the pattern refuses. */
      readonly patternHelp?: (value: string) => string
    }
  | { readonly type: 'boolean' }
  | { readonly type: 'array'; readonly items: SchemaNode; readonly minItems?: number }
  | {
      readonly type: 'object'
      readonly members: Readonly<Record<string, SchemaNode>>
      readonly required?: readonly string[]
    }
  /** Texts by any name. */
  | { readonly type: 'map' }
  | { readonly type: 'any' }

/** Adds a fault for everything in `value` that is against `node`. An absent value is the business of whoever requires it. */
export function checkSchema(value: unknown, node: SchemaNode, path: string, findings: Findings): void {
  if (node.type === 'any') return
  const wanted = node.type === 'map' ? 'object' : node.type
  if (typeOf(value) !== wanted) {
    const message = `in body must be of type ${wanted}: "${typeOf(value)}"`
    findings.fault('wrong_type', path, `${message}.${typeHelp(value, wanted)}`)
    return
  }
  switch (node.type) {
    case 'string':
      checkText(value as string, node, path, findings)
      return
    case 'boolean':
      return
    case 'array':
      checkList(value as readonly unknown[], node, path, findings)
      return
    case 'map':
      for (const [key, text] of Object.entries(value as object)) {
        checkSchema(text, { type: 'string' }, `${path}.${key}`, findings)
      }
      return
    case 'object':
      checkObject(value as Record<string, unknown>, node, path, findings)
  }
}

export interface UnknownMember {
  readonly path: string
  readonly key: string
  /** What is known beside it. */
  readonly known: readonly string[]
}

/** The members that `node` does not know, outermost ones only. */
export function unknownMembers(value: unknown, node: SchemaNode, path: string): UnknownMember[] {
  if (node.type === 'array') {
    return (Array.isArray(value) ? value : []).flatMap((item, i) => unknownMembers(item, node.items, `${path}[${i}]`))
  }
  if (node.type !== 'object' || !isObject(value)) return []
  const known = Object.keys(node.members)
  return Object.entries(value).flatMap(([key, member]) => {
    const inner = Object.hasOwn(node.members, key) ? node.members[key] : undefined
    const at = path ? `${path}.${key}` : key
    return inner ? unknownMembers(member, inner, at) : [{ path: at, key, known }]
  })
}

function checkText(
  text: string,
  { enum: words, minLength = 0, pattern, patternHelp }: Extract<SchemaNode, { type: 'string' }>,
  path: string,
  findings: Findings,
): void {
  if (words && !words.includes(text)) {
    const help = `Write ${oneOf(words)}.${didYouMean(text, words)}`
    findings.fault('wrong_value', path, `in body should be one of [${words.join(' ')}].\n${help}`)
  }
  if (text.length < minLength) {
    findings.fault('wrong_value', path, `in body should be at least ${minLength} chars long.\nIt is empty; fill it in.`)
  }
  if (pattern && !pattern.test(text)) {
    const help = patternHelp ? `\n${patternHelp(text)}` : ''
    findings.fault('wrong_value', path, `in body should match '${pattern.source}'.${help}`)
  }
}

function checkList(
  list: readonly unknown[],
  { items, minItems = 0 }: Extract<SchemaNode, { type: 'array' }>,
  path: string,
  findings: Findings,
): void {
  if (list.length < minItems) {
    findings.fault('wrong_value', path, `in body should have at least ${minItems} items.\nLeave it out, or fill it in.`)
  }
  list.forEach((item, i) => {
    checkSchema(item, items, `${path}[${i}]`, findings)
  })
}

function checkObject(
  object: Record<string, unknown>,
  { members, required = [] }: Extract<SchemaNode, { type: 'object' }>,
  path: string,
  findings: Findings,
): void {
  const at = (key: string) => (path ? `${path}.${key}` : key)
  for (const key of required) {
    if (!Object.hasOwn(object, key)) {
      const near = didYouMean(
        key,
        Object.keys(object).filter((other) => !Object.hasOwn(members, other)),
      )
      const help = near.replace(' Did you mean', `\nIs it`).replace('?', ' that is meant for it?')
      findings.fault('missing', at(key), `in body is required.${help}`)
    }
  }
  for (const [key, node] of Object.entries(members)) {
    if (Object.hasOwn(object, key)) checkSchema(object[key], node, at(key), findings)
  }
}

/** JSON's name for what a value is. */
function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return isObject(value) ? 'object' : typeof value
}

function typeHelp(value: unknown, wanted: string): string {
  if (value === null) return '\nThere is nothing behind the colon: fill it in, or leave the key out.'
  if (wanted === 'string' && (typeof value === 'boolean' || typeof value === 'number')) {
    return `\nYAML reads it as ${JSON.stringify(value)}; put it in quotes.`
  }
  if (wanted === 'array') return '\nWrite a list, each item behind a dash.'
  if (wanted === 'boolean') return '\nWrite true or false.'
  return ''
}

/** `A`, `A or B`, `A, B or C`. */
export function oneOf(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : words.join()
}
