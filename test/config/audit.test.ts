/** The section `audit`: its defaults, what is pasted into it, and what its parts ask of each other. */
import { describe, expect, test } from 'vitest'
import { loadDocuments } from '../../src/config/load.ts'
import { loadAudit } from './load-audit.ts'

const kmesh = `
      kmesh:
        access:
          audit:
            skipDefaultTypes: ["DataplaneInsight", "ZoneIngressInsight", "ZoneEgressInsight", "ZoneInsight", "ServiceInsight", "MeshInsight"]
            backends:
            - type: file
              file:
                path: /tmp/audit.logs
                rotation:
                  enabled: true
                  maxRetainedFiles: 10
                  maxSizeMb: 100
                  maxAgeDays: 30
`

const whole = `
audit:
  stateDir: /var/lib/als-sink/audit
  whenUnavailable: refuse
  minFree: 256MiB
  seal: { enabled: true, key: null, checkpointEvery: 60s }
  redact: { secrets: true, configMaps: true, tokens: true }
  access:
    - { roles: [write], sources: [global-cp], tokenSha256: "${'Ab'.repeat(32)}" }
    - { roles: [read, administer], clientCert: auditor.example }
  mesh:
    - source: global-cp
      accessAudits: ["access-audits/*.yaml"]
      follow: /var/log/cp/audit.logs
${kmesh}
  kubernetes:
    - source: prod
      audit-policy-file: policy.yaml
      audit-log-path: /var/log/audit/prod.log
      audit-log-maxage: 30
      audit-log-maxbackup: 10
      audit-log-maxsize: 100
      audit-webhook-config-file: remote.kubeconfig
    - source: x7k2abc
      kkp: { generation: "2.14", documents: ["kkp/*.yaml"] }
      follow: /var/log/kubernetes/audit/audit.log
      audit-log-path: "-"
  backends: []
`

const queue = { bytesMax: 64 * 2 ** 20, whenFull: 'block', flushAfterMs: 0 }
const tls = 'listen: {http: {address: "127.0.0.1:1", tls: {cert: c, key: k, clientCa: ca}}}'

test('all keys together', () => {
  const { audit, faults, warnings } = loadAudit(whole, tls)
  expect([faults, warnings]).toEqual([[], []])
  expect(audit).toMatchObject({
    stateDir: '/var/lib/als-sink/audit',
    whenUnavailable: 'refuse',
    minFreeBytes: 268_435_456,
    seal: { keyFile: null, checkpointEveryMs: 60_000 },
    redact: { secrets: true, configMaps: true, tokens: true },
    access: [
      { roles: ['write'], sources: ['global-cp'], credential: { kind: 'token', sha256: 'ab'.repeat(32) } },
      { roles: ['read', 'administer'], sources: null, credential: { kind: 'clientCert', san: 'auditor.example' } },
    ],
    backends: [],
  })
  const [mesh, prod, cluster] = audit!.sources
  const common = { type: 'File', queue, spool: null, deadLetter: null }
  const file = { mode: 0o600, makeDirectory: true, fsync: 'always' }
  const MiB = 2 ** 20
  expect(mesh).toEqual({
    kind: 'mesh',
    source: 'global-cp',
    path: 'audit.mesh[0]',
    follow: '/var/log/cp/audit.logs',
    accessAudits: ['access-audits/*.yaml'],
    skipDefaultTypes: [
      'DataplaneInsight',
      'ZoneIngressInsight',
      'ZoneEgressInsight',
      'ZoneInsight',
      'ServiceInsight',
      'MeshInsight',
    ],
    files: [
      {
        ...common,
        name: 'global-cp/file',
        path: 'audit.mesh[0].kmesh.access.audit.backends[0]',
        file: {
          ...file,
          path: '/tmp/audit.logs',
          rotation: { maxBytes: 100 * MiB, maxRetainedFiles: 10, maxAgeDays: 30, compress: false },
        },
      },
    ],
  })
  expect(prod).toMatchObject({
    kind: 'kubernetes',
    source: 'prod',
    policyFile: 'policy.yaml',
    kkp: null,
    follow: null,
    files: [
      {
        name: 'prod/file',
        path: 'audit.kubernetes[0]',
        file: {
          ...file,
          path: '/var/log/audit/prod.log',
          rotation: { maxBytes: 100 * MiB, maxRetainedFiles: 10, maxAgeDays: 30, compress: false },
        },
      },
    ],
    webhook: {
      name: 'prod/webhook',
      configFile: 'remote.kubeconfig',
      initialBackoffMs: 10_000,
      batchEventsMax: 400,
      spool: { folder: '/var/lib/als-sink/audit/spool/prod%2Fwebhook', bytesMax: 1024 * MiB },
    },
  })
  expect(cluster).toMatchObject({
    source: 'x7k2abc',
    policyFile: null,
    webhook: null,
    kkp: { generation: '2.14', documents: ['kkp/*.yaml'] },
    files: [{ name: 'x7k2abc/file', file: { path: '/dev/stdout', rotation: null } }],
  })
})

test('an empty section has every default, and is told that nobody sends', () => {
  const { audit, faults, warnings } = loadAudit('audit: {}')
  expect(faults).toEqual([])
  expect(audit).toEqual({
    stateDir: '/var/lib/als-sink/audit',
    whenUnavailable: 'refuse',
    minFreeBytes: 268_435_456,
    seal: { keyFile: null, checkpointEveryMs: 60_000 },
    redact: { secrets: true, configMaps: true, tokens: true },
    access: [],
    sources: [],
    backends: [],
  })
  expect(warnings).toEqual(['unused audit: names no source under mesh or kubernetes, so its doors take nothing.'])
})

test('a configuration without the section has none', () => {
  expect(loadDocuments('sink.yaml', '')[0]!.config!.audit).toBeNull()
})

const mesh = (keys: string) => `audit: {mesh: [{source: cp, ${keys}}]}`
const kubernetes = (keys: string) => `audit: {kubernetes: [{source: prod, ${keys}}]}`
const fileBackend = (keys: string) =>
  `kmesh: {access: {audit: {backends: [{type: file, file: {path: /a.log, ${keys}}}]}}}`

describe("a control plane's own configuration", () => {
  const rotationOf = (keys: string) => {
    const [source] = loadAudit(mesh(fileBackend(keys))).audit!.sources
    return source!.files[0]!.file.rotation
  }

  test.each([
    ['', null],
    ['rotation: {enabled: false}', null],
    ['rotation: {}', { maxBytes: 100 * 2 ** 20, maxRetainedFiles: 10, maxAgeDays: 30, compress: false }],
    ['rotation: {maxSizeMb: 0}', { maxBytes: 100 * 2 ** 20, maxRetainedFiles: 10, maxAgeDays: 30, compress: false }],
    [
      'rotation: {maxSizeMb: 1, maxRetainedFiles: 0, maxAgeDays: 0}',
      { maxBytes: 2 ** 20, maxRetainedFiles: 0, maxAgeDays: 0, compress: false },
    ],
  ])('rotates by %j', (keys, rotation) => expect(rotationOf(keys)).toEqual(rotation))

  test('is pasted whole, and what is not about audit is left alone', () => {
    const { audit, faults, warnings } = loadAudit(
      mesh(
        'kmesh: {access: {rbac: {logActions: [denied]}, audit: {backends: [{type: file, file: {path: /a}}]}}, multizone: {global: {}}}',
      ),
    )
    expect([faults, warnings]).toEqual([[], []])
    expect(audit!.sources[0]!.files).toHaveLength(1)
  })

  test('may skip other types', () => {
    const { audit } = loadAudit(mesh('follow: /f, kmesh: {access: {audit: {skipDefaultTypes: []}}}'))
    expect(audit!.sources[0]).toMatchObject({ skipDefaultTypes: [] })
  })

  test('is told of a slip of the pen', () => {
    expect(loadAudit(mesh('follow: /f, kmesh: {acces: {audit: {}}}')).warnings).toEqual([
      'unknown_key audit.mesh[0].kmesh.acces: is not looked at. Did you mean access?',
    ])
    expect(loadAudit(mesh('follow: /f, kmesh: {access: {audits: {}}}')).warnings).toEqual([
      'unknown_key audit.mesh[0].kmesh.access.audits: is not looked at. Did you mean audit?',
    ])
  })
})

describe('flags of kube-apiserver', () => {
  const rotationOf = (keys: string) => {
    const [source] = loadAudit(kubernetes(`audit-log-path: /a.log, ${keys}`)).audit!.sources
    return source!.files[0]!.file.rotation
  }

  test('have the defaults of its newer releases', () => {
    expect(rotationOf('')).toEqual({ maxBytes: 100 * 2 ** 20, maxRetainedFiles: 100, maxAgeDays: 366, compress: false })
  })

  test('switch rotation off with a size of 0', () => expect(rotationOf('audit-log-maxsize: 0')).toBeNull())

  test('compress', () => expect(rotationOf('audit-log-compress: true')).toMatchObject({ compress: true }))

  test.each([
    ['audit-log-mode: blocking', 'is about how kube-apiserver queues its own events; it has no meaning here.'],
    ['audit-log-format: legacy', 'is json, always; leave it out.'],
    ['audit-log-maxsze: 5', 'is not a key here. Did you mean audit-log-maxsize?'],
    ['"--audit-log-path": /b', 'is not a key here. Did you mean audit-log-path?'],
  ])('that mean nothing here are refused by name: %s', (keys, why) => {
    expect(loadAudit(kubernetes(keys)).faults.join()).toContain(why)
  })
})

test.each([
  ['"2.14"', '2.14'],
  ['2.19', '2.19'],
  ['"2.20"', '2.19'],
  ['v2.27.3', '2.26'],
  ['"2.30"', 'main'],
  ['main', 'main'],
])('KKP %s is of the generation %s', (written, generation) => {
  const { audit } = loadAudit(kubernetes(`follow: /f, kkp: {generation: ${written}}`))
  expect(audit!.sources[0]).toMatchObject({ kkp: { generation, documents: [] } })
})

const spooled = '{type: Tcp, tcp: {address: "a:1"}, spool: {dir: /s}}'
const bare = '{type: Tcp, tcp: {address: "a:1"}}'

describe('a source', () => {
  test.each([
    [mesh('follow: /f')],
    [mesh(fileBackend(''))],
    [kubernetes('audit-log-path: /a')],
    [kubernetes('audit-webhook-config-file: k')],
    [kubernetes('follow: /f, audit-log-path: "-"')],
    [`audit: {mesh: [{source: cp}], backends: [${spooled}]}`],
    ['audit: {mesh: [{source: cp}], backends: [{type: File, file: {path: /a}}]}'],
  ])('that keeps what it is given is taken: %s', (text) => expect(loadAudit(text).faults).toEqual([]))

  test.each([
    [mesh(''), 'audit.mesh[0]'],
    [kubernetes('audit-policy-file: p'), 'audit.kubernetes[0]'],
    [kubernetes('audit-log-path: "-"'), 'audit.kubernetes[0]'],
    [`audit: {mesh: [{source: cp}], backends: [${bare}]}`, 'audit.mesh[0]'],
    ['audit: {mesh: [{source: cp}], backends: [{type: File, file: {path: /dev/stdout}}]}', 'audit.mesh[0]'],
  ])('that keeps nothing is refused: %s', (text, path) => {
    expect(loadAudit(text).faults).toEqual([
      `not_durable ${path}: has neither \`follow\` nor a destination that keeps what it takes, so nothing could be promised to who sends.`,
    ])
  })

  test.each(['a/b', '.', '', 'a b', 'ä', '-a', 'a'.repeat(129)])('is not called %j', (name) => {
    expect(loadAudit(`audit: {mesh: [{source: ${JSON.stringify(name)}, follow: /f}]}`).faults.join()).toContain(
      'must be a name of letters',
    )
  })

  test('has a name of its own, whatever its kind', () => {
    const text = 'audit: {mesh: [{source: a, follow: /f}], kubernetes: [{source: a, follow: /g}]}'
    expect(loadAudit(text).faults).toEqual([
      'duplicate audit.kubernetes[0].source: "a" is already the name of audit.mesh[0].',
    ])
  })

  test('needs a way in', () => {
    const off = 'listen: {http: null}'
    expect(loadAudit(kubernetes('audit-log-path: /a'), off).faults).toEqual([
      'unreachable audit.kubernetes[0]: has no `follow`, and listen.http is off: no event can come.',
    ])
    expect(loadAudit(mesh(fileBackend('')), off)).toMatchObject({
      faults: [],
      warnings: [expect.stringContaining('only gRPC')],
    })
    expect(loadAudit(kubernetes('follow: /f'), off)).toMatchObject({ faults: [], warnings: [] })
  })
})

describe('files', () => {
  test.each([
    [
      mesh(`follow: /a.log, ${fileBackend('')}`),
      'conflict audit.mesh[0].follow: is the file that audit.mesh[0].kmesh.access.audit.backends[0].file.path writes.',
    ],
    [
      kubernetes('follow: /x/../a.log, audit-log-path: /a.log'),
      'conflict audit.kubernetes[0].follow: is the file that audit.kubernetes[0].audit-log-path writes.',
    ],
    [
      'audit: {mesh: [{source: a, follow: /f}, {source: b, follow: /f}]}',
      'duplicate audit.mesh[1].follow: is already followed by audit.mesh[0].follow.',
    ],
    [
      kubernetes('follow: /access.log'),
      'conflict audit.kubernetes[0].follow: is the file that pipelines[0].backends[0].file.path writes.',
    ],
    [
      kubernetes('audit-log-path: /access.log'),
      'conflict audit.kubernetes[0].audit-log-path: is shared with a pipeline: pipelines[0].backends[0].file.path writes it too.',
    ],
    [
      kubernetes('audit-log-path: /dead.log'),
      'conflict audit.kubernetes[0].audit-log-path: is shared with a pipeline: pipelines[0].backends[0].deadLetter.path writes it too.',
    ],
    [
      'audit: {backends: [{type: File, file: {path: /a}, deadLetter: {path: /a}}]}',
      'conflict audit.backends[0].deadLetter.path: is also an audit file: audit.backends[0].file.path writes it too.',
    ],
    [
      `audit: {kubernetes: [{source: a, audit-log-path: /a.log}], mesh: [{source: cp, ${fileBackend('')}}]}`,
      'conflict audit.kubernetes[0].audit-log-path: is the file of audit.mesh[0].kmesh.access.audit.backends[0].file.path, which treats it otherwise.',
    ],
  ])('of one path in two roles are refused: %s', (text, fault) => {
    const pipelines =
      'pipelines: [{backends: [{type: File, file: {path: /access.log}, deadLetter: {path: /dead.log}}]}]'
    expect(loadAudit(text, pipelines).faults).toContain(fault)
  })

  test.each([
    ['/a.log.seal', 'lies where the audit file of audit.kubernetes[0].audit-log-path has its seal.'],
    ['/a.log.manifest', 'lies where the audit file of audit.kubernetes[0].audit-log-path has its seal.'],
    ['/var/lib/als-sink/audit/x.log', 'lies in audit.stateDir, which is for the audit alone.'],
  ])('of a pipeline keep away from what belongs to audit: %s', (path, message) => {
    const pipelines = `pipelines: [{backends: [{type: File, file: {path: ${path}}}]}]`
    expect(loadAudit(kubernetes('audit-log-path: /a.log'), pipelines).faults).toEqual([
      `conflict pipelines[0].backends[0].file.path: ${message}`,
    ])
  })

  test('of policies are kept out of all that belongs to audit', () => {
    const { config } = loadDocuments('sink.yaml', kubernetes('follow: /f.log, audit-log-path: /x/../a.log'))[0]!
    expect(config!.kuma.keptOut).toEqual([
      '/var/lib/als-sink/audit',
      '/f.log',
      ...['/a.log', '/a.log.seal', '/a.log.seal.torn', '/a.log.manifest', '/a.log.torn', '/a.log.lock'],
    ])
  })

  test('may be those of two sources that treat them alike', () => {
    const text = 'audit: {kubernetes: [{source: a, audit-log-path: /a.log}, {source: b, audit-log-path: /a.log}]}'
    const { audit, faults } = loadAudit(text)
    expect(faults).toEqual([])
    expect(audit!.sources.map(({ files }) => files[0]!.name)).toEqual(['a/file', 'b/file'])
  })

  test('do not include our own standard output, which everyone may share', () => {
    expect(loadAudit('audit: {kubernetes: [{source: a, follow: /f, audit-log-path: "-"}]}').faults).toEqual([])
  })
})

describe('backends', () => {
  const backend = (text: string) => `audit: {mesh: [{source: cp, follow: /f}], backends: [${text}]}`

  test('are as those of a pipeline, without a format', () => {
    const { audit, faults } = loadAudit(
      backend(
        `{type: File, file: {path: /a, mode: "0600", rotation: {maxSizeMb: 1}}}, ${spooled}, {type: OpenTelemetry, openTelemetry: {endpoint: otel, attributes: [{key: a, value: b}]}}`,
      ),
    )
    expect(faults).toEqual([])
    expect(audit!.backends).toMatchObject([
      {
        type: 'File',
        name: 'audit/file',
        file: { path: '/a', mode: 0o600, fsync: 'always', rotation: { maxBytes: 2 ** 20 } },
      },
      { type: 'Tcp', name: 'audit/tcp', tcp: { address: { text: 'a:1' } }, spool: { folder: '/s/audit%2Ftcp' } },
      {
        type: 'OpenTelemetry',
        name: 'audit/opentelemetry',
        openTelemetry: { endpoint: { text: 'grpc://otel:4317' }, attributes: [{ key: 'a', value: 'b' }] },
      },
    ])
    for (const each of audit!.backends) expect(JSON.stringify(each)).not.toContain('format')
  })

  test.each([
    ['{type: File, file: {path: /a, format: {type: Plain, plain: x}}}', 'file.format'],
    ['{type: Tcp, tcp: {address: "a:1", logFormat: {text_format: x}}}', 'tcp.logFormat'],
    ['{type: OpenTelemetry, openTelemetry: {endpoint: a, body: x}}', 'openTelemetry.body'],
    ['{type: File, file: {path: /a}, textSafety: {escapeControl: true}}', 'textSafety.escapeControl'],
  ])('say nothing about how a line is written: %s', (text, key) => {
    expect(loadAudit(backend(text)).faults).toEqual([
      `conflict audit.backends[0].${key}: has no place here: audit records are written as they are.`,
    ])
  })

  test('are always synced', () => {
    expect(loadAudit(backend('{type: File, file: {path: /a, fsync: interval}}')).faults).toEqual([
      'conflict audit.backends[0].file.fsync: is always, for an answer is given once a record is on the disk; leave it out.',
    ])
  })

  test('have names of their own', () => {
    const rest = 'pipelines: [{backends: [{type: File, name: x, file: {path: /x}}]}]'
    expect(loadAudit(backend('{type: File, name: x, file: {path: /a}}'), rest).faults).toEqual([
      'duplicate audit.backends[0].name: "x" is already the name of a backend.',
    ])
    const taken = 'pipelines: [{backends: [{type: File, name: audit/file, file: {path: /x}}]}]'
    expect(loadAudit(backend('{type: File, file: {path: /a}}'), taken).audit!.backends[0]!.name).toBe('audit/file-2')
  })
})

describe('access', () => {
  const hash = '0'.repeat(64)
  const access = (text: string) => `audit: {mesh: [{source: global-cp, follow: /f}], access: [${text}]}`

  test.each([
    ['{roles: [write]}', 'missing audit.access[0]: needs a credential: tokenSha256 or clientCert.'],
    [
      `{roles: [write], tokenSha256: "${hash}", clientCert: a}`,
      'conflict audit.access[0].clientCert: stands beside tokenSha256; an entry is one credential.',
    ],
    [
      `{roles: [write], sources: [globl-cp], tokenSha256: "${hash}"}`,
      'unknown_source audit.access[0].sources[0]: "globl-cp" is not the name of a source. Did you mean global-cp?',
    ],
  ])('%s is refused', (text, fault) => expect(loadAudit(access(text)).faults).toEqual([fault]))

  test.each(['{roles: [], tokenSha256: "0"}', '{roles: [wirte], clientCert: a}', '{clientCert: a}'])(
    '%s does not pass the schema',
    (text) => expect(loadAudit(access(text)).faults).not.toEqual([]),
  )

  test('never shows what stands where a hash should', () => {
    const { faults } = loadAudit(access('{roles: [write], tokenSha256: my-secret-token}'))
    expect(faults.join()).toContain('64 hex digits')
    expect(faults.join()).not.toContain('my-secret-token')
  })

  test('by certificate is told that nobody asks for one', () => {
    expect(loadAudit(access('{roles: [read], clientCert: a}')).warnings).toEqual([
      expect.stringContaining('unused audit.access[0].clientCert: is never shown'),
    ])
    expect(loadAudit(access('{roles: [read], clientCert: a}'), tls).warnings).toEqual([])
  })
})

test('seals may be off, or signed with a key of your own', () => {
  const sealOf = (text: string) => loadAudit(`audit: {seal: ${text}}`).audit!.seal
  expect(sealOf('{enabled: false}')).toBeNull()
  expect(sealOf('{key: k.pem, checkpointEvery: 5m}')).toEqual({ keyFile: 'k.pem', checkpointEveryMs: 300_000 })
})
