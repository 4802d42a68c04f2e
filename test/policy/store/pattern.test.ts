/** What patterns mean, without a disk. */
import { expect, test } from 'vitest'
import { parsePattern } from '../../../src/policy/store/pattern.ts'

test.each([
  ['one.yaml', '/etc/sink/one.yaml'],
  ['policies/', '/etc/sink/policies'],
  ['../common', '/etc/common'],
  ['/var/policies', '/var/policies'],
])('%s is the file or folder %s', (text, base) => {
  expect(parsePattern(text, '/etc/sink')).toEqual({ text, base, steps: [] })
})

test.each([
  ['policies/*.yaml', '/etc/sink/policies', 1],
  ['/var/*/a/*.yaml', '/var', 3],
  ['*.yaml', '/etc/sink', 1],
  ['**/**/a.yaml', '/etc/sink', 2],
  ['/*', '/', 1],
])('%s is looked for in %s', (text, base, steps) => {
  const pattern = parsePattern(text, '/etc/sink')
  expect({ base: pattern.base, steps: pattern.steps.length }).toEqual({ base, steps })
})

test.each([
  ['*.yaml', ['a.yaml', 'a b.yaml', '😀.yaml'], ['.a.yaml', 'a.yml', 'a.yaml~', 'ayaml']],
  ['*', ['a', 'a.b'], ['.a', '..data']],
  ['.*', ['.a'], ['a']],
  ['a?.yaml', ['ab.yaml'], ['a.yaml', 'abc.yaml']],
  ['[a-c]x', ['ax', 'cx'], ['dx', '[a-c]x']],
  ['[!a]x', ['bx'], ['ax', '.x']],
  ['*.{yaml,y*l}', ['a.yaml', 'a.yml'], ['a.json', 'a.{yaml,y*l}']],
  ['a+(b)*', ['a+(b)', 'a+(b)c'], ['aab']],
  ['[z-a]', ['[z-a]'], ['z']],
  ['a[*', ['a[', 'a[b'], ['a']],
])('%s fits %j and not %j', (text, fitting, others) => {
  const [step] = parsePattern(text, '/').steps
  expect(fitting.filter((name) => !(step as RegExp).test(name))).toEqual([])
  expect(others.filter((name) => (step as RegExp).test(name))).toEqual([])
})
