/** Paths of policies' files: what markers become in them, and that none leads out of what is allowed. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { checkPath, fillPath } from '../../../src/policy/lowering/file-path.ts'
import { realPathOf } from '../../../src/writers/file/real-path.ts'

const values = {
  mesh: 'default',
  zone: '',
  sourceService: 'shop',
  sourceAddress: 'fd00::3',
  destinationService: '*',
  trafficDirection: 'OUTBOUND',
}

describe('markers in a path', () => {
  test.each([
    ['/var/log/mesh.log', '/var/log/mesh.log'],
    ['/logs/%KUMA_MESH%/%KUMA_SOURCE_SERVICE%.log', '/logs/default/shop.log'],
    ['/logs/%KUMA_TRAFFIC_DIRECTION%-%KUMA_DESTINATION_SERVICE%', '/logs/OUTBOUND-*'],
    ['/logs/%KUMA_SOURCE_ADDRESS%', '/logs/[fd00::3]:0'],
    ['/logs/%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%', '/logs/fd00::3'],
    ['/logs/%KUMA_ZONE%/a', '/logs/_/a'],
    ['/logs/%KUMA_WORKLOAD%', '/logs/_'],
    ['/logs/100%', '/logs/100%'],
    ['/logs/a%2Fb%kuma_mesh%', '/logs/a%2Fb%kuma_mesh%'],
  ])('%j is %j', (path, filled) => {
    expect(fillPath(path, values)).toEqual({ value: filled })
  })

  test.each([
    ['a/b', 'a_b'],
    ['../../etc/passwd', '____etc_passwd'],
    ['..', '_'],
    ['.', '_'],
    ['...', '_'],
    ['', '_'],
    ['a..b', 'a_b'],
    ['.a', '.a'],
    ['a\0b\nc\x7fd\x85e', 'a_b_c_d_e'],
    ['\\\\host\\share', '__host_share'],
    ['%KUMA_MESH%', '%KUMA_MESH%'],
    ['\ud800', '_'],
    ['x'.repeat(500), 'x'.repeat(120)],
    ['é'.repeat(500), 'é'.repeat(60)],
    [`x${'😀'.repeat(100)}`, `x${'😀'.repeat(29)}`],
  ])('the value %j is a harmless piece of a name', (value, name) => {
    expect(fillPath('/logs/%KUMA_SOURCE_SERVICE%.log', { sourceService: value })).toEqual({
      value: `/logs/${name}.log`,
    })
  })

  test.each([
    ['/logs/%REQ(:AUTHORITY)%', 'must not hold %REQ(:AUTHORITY)%: it differs from entry to entry'],
    ['/logs/%START_TIME(%Y-%m-%d)%', 'must not hold %START_TIME(%Y-%m-%d)%'],
    ['/logs/%PROTOCOL:2%', 'each value would need a file of its own'],
    ['/logs/%KUMA_MSH%', 'holds %KUMA_MSH%, which nobody knows. Did you mean KUMA_MESH?'],
    ['/logs/%KUMA_MESH():3%', 'holds %KUMA_MESH():3%; write %KUMA_MESH%'],
  ])('%j is refused', (path, fault) => {
    expect(fillPath(path, values)).toEqual({ fault: expect.stringContaining(fault) })
  })
})

function check(path: string, allowed: readonly string[], realPath: (path: string) => string, keptOut: string[] = []) {
  return checkPath(path, { allow: { paths: allowed }, keptOut, outside: { realPath } })
}

describe('what is kept for others', () => {
  const keptOut = ['/var/log/audit.log', '/var/lib/als-sink/audit']

  test.each(['/var/log/audit.log', '/var/log/x/../audit.log', '/var/lib/als-sink/audit/administration.log'])(
    '%s is refused, whatever is allowed',
    (path) => {
      const fault = expect.stringMatching(/^belongs to the audit of this sink \(\/var\/l/)
      expect(check(path, ['/'], (each) => each, keptOut)).toEqual({ fault })
    },
  )

  test('and so is a link that leads there', () => {
    const realPath = (path: string) => path.replace('/logs/', '/var/log/')
    expect(check('/logs/audit.log', ['/'], realPath, keptOut)).toHaveProperty('fault')
    expect(check('/logs/audit.log.1', ['/'], realPath, keptOut)).toEqual({ value: '/logs/audit.log.1' })
  })
})

describe('what is allowed', () => {
  const lexical = (path: string) => path

  test.each<[string, string[], string]>([
    ['/x', ['/'], '/x'],
    ['//var//log/./a.log', ['/'], '/var/log/a.log'],
    ['/a/../b', ['/'], '/b'],
    ['/dev/stdout', ['/'], '/dev/stdout'],
    ['/dev/stderr', ['/dev'], '/dev/stderr'],
    ['/dev/stdout', ['/tmp', '/dev/stdout'], '/dev/stdout'],
    ['/var/log/mesh', ['/var/log/mesh'], '/var/log/mesh'],
    ['/var/log/mesh/a/b', ['/var/log/mesh/'], '/var/log/mesh/a/b'],
    ['/var/log/mesh/x/../y', ['/tmp', '/var/log/mesh'], '/var/log/mesh/y'],
    ['/tmp/a', ['/var/../tmp'], '/tmp/a'],
  ])('%j within %j is %j', (path, allowed, opened) => {
    expect(check(path, allowed, lexical)).toEqual({ value: opened })
  })

  test.each<[string, string[], string]>([
    ['/var/log/mesh-evil', ['/var/log/mesh'], 'is not within kuma.allow.paths (/var/log/mesh).'],
    ['/var/log', ['/var/log/mesh'], 'is not within'],
    ['/var/log/mesh/../secret', ['/var/log/mesh', '/tmp'], '(/var/log/mesh, /tmp). It leads to /var/log/secret.'],
    ['/dev/stdout', ['/var/log'], 'is not within kuma.allow.paths (/var/log).'],
    ['/x', [], 'is not within kuma.allow.paths (which is empty).'],
    ['x', ['/'], 'must be an absolute path'],
    ['./x', ['/'], 'must be an absolute path'],
    ['', ['/'], 'must be an absolute path'],
    ['~/x', ['/'], 'must be an absolute path'],
    ['file:///x', ['/'], 'must be an absolute path'],
    ['/x/', ['/'], 'names a folder'],
    ['/', ['/'], 'names a folder'],
    ['/a/..', ['/'], 'names a folder'],
    ['/a\0b', ['/'], 'holds a NUL'],
    [`/${'x'.repeat(256)}`, ['/'], 'holds a name of 256 bytes; 255 are allowed.'],
    [`/${'é'.repeat(128)}`, ['/'], 'holds a name of 256 bytes'],
    ['/xxxxxxx'.repeat(600), ['/'], 'has 4800 bytes; 4095 are allowed.'],
  ])('%j within %j is refused', (path, allowed, fault) => {
    expect(check(path, allowed, lexical)).toEqual({ fault: expect.stringContaining(fault) })
  })
})

describe('links', () => {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-paths-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  for (const name of ['allowed', 'other']) mkdirSync(join(folder, name))
  symlinkSync(join(folder, 'other'), join(folder, 'allowed', 'out'))
  symlinkSync(join(folder, 'allowed'), join(folder, 'in'))
  symlinkSync(join(folder, 'other', 'late.log'), join(folder, 'allowed', 'late.log'))
  const allowed = [join(folder, 'allowed')]

  test('a file that is not there yet is within an allowed folder', () => {
    const path = join(folder, 'allowed', 'new', 'a.log')
    expect(check(path, allowed, realPathOf)).toEqual({ value: path })
  })

  test('a link that leads into an allowed folder may be used, and be what is allowed', () => {
    const path = join(folder, 'in', 'a.log')
    expect(check(path, allowed, realPathOf)).toEqual({ value: path })
    expect(check(join(folder, 'allowed', 'a.log'), [join(folder, 'in')], realPathOf)).toMatchObject({
      value: expect.any(String),
    })
  })

  test.each(['out/a.log', 'late.log'])('a link that leads out of it may not: %s', (name) => {
    expect(check(join(folder, 'allowed', name), allowed, realPathOf)).toEqual({
      fault: expect.stringMatching(/^is not within kuma\.allow\.paths .* It leads to .*\/other\//),
    })
  })
})
