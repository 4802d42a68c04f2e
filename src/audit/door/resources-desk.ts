/**
 * `/mesh/{source}/accessaudits[/{name}]`: the AccessAudits of a control plane, as the API of Kuma and of Konnect has them, so that tools which
 * know those work here with another base address. What is put survives a restart; what stands in a file of the operator is only shown.
 */
import { unlink } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import type { AuditRole } from '../../config/audit-config.ts'
import { replaceDurably } from '../../disk/durable.ts'
import { syncFolder } from '../../disk/folder.ts'
import { auditDocumentBytesMax } from '../../limits.ts'
import { type MeshResources, putFolderOf } from '../intake/policies.ts'
import { universalForm } from '../mesh/access-audit.ts'
import { readAccessAudit } from '../mesh/read-access-audit.ts'
import type { AccessControl, Caller } from './access.ts'
import { type Answer, refusal, send } from './answers.ts'
import { refusalOf } from './reception.ts'
import { readSegment } from './segment.ts'

export interface ResourcesDeskOptions {
  readonly stateDir: string
  readonly sources: ReadonlyMap<string, MeshResources>
  readonly access: AccessControl
  /** Every administrative call is a record itself. `outcome`: its status. */
  readonly onAdministered: (source: string, call: { method: string; name: string; outcome: number }) => void
}

const pageSizeDefault = 100
const pageSizeMax = 1_000

export class ResourcesDesk {
  readonly path = '/mesh/'
  readonly #options: ResourcesDeskOptions

  constructor(options: ResourcesDeskOptions) {
    this.#options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse, peer: Omit<Caller, 'authorization'>): Promise<void> {
    const caller = { authorization: request.headers.authorization ?? null, ...peer }
    const answer = await this.#answer(request, caller).catch((error: Error) => refusal(500, 'Failed', error.message))
    if (!request.complete) response.shouldKeepAlive = false
    if (!response.destroyed) send(response, answer)
  }

  async #answer(request: IncomingMessage, caller: Caller): Promise<Answer> {
    const { sources, access, onAdministered } = this.#options
    const url = new URL(request.url ?? '', 'http://sink')
    const match = /^\/mesh\/([^/]+)\/accessaudits(?:\/([^/]+))?\/?$/.exec(url.pathname)
    const [, sourcePart = '', namePart = null] = match ?? []
    const source = readSegment(sourcePart) ?? ''
    const name = namePart && readSegment(namePart)
    const resources = sources.get(source)
    if (resources === undefined || (name === null && namePart !== null))
      return refusal(404, 'Not found', `There is nothing at ${url.pathname}.`)
    const { method = '' } = request
    const allowed = name === null ? 'GET' : 'GET, PUT, DELETE'
    if (!allowed.split(', ').includes(method))
      return refusal(405, 'Method not allowed', `Use ${allowed}.`, { allow: allowed })
    const role: AuditRole = method === 'GET' ? 'read' : 'administer'
    const verdict = access.judge(caller, role, source)
    const answer =
      verdict === 'granted' ? await this.#carryOut(request, { url, source, name, resources }) : refusalOf(verdict)
    if (role === 'administer') onAdministered(source, { method, name: name ?? '', outcome: answer.status })
    return answer
  }

  async #carryOut(
    request: IncomingMessage,
    { url, source, name, resources }: { url: URL; source: string; name: string | null; resources: MeshResources },
  ): Promise<Answer> {
    const all = resources.list()
    if (name === null)
      return list(
        all.map(({ resource }) => universalForm(resource)),
        url,
      )
    const known = all.find(({ resource }) => resource.name === name)
    if (request.method === 'GET') {
      return known
        ? { status: 200, body: universalForm(known.resource) }
        : refusal(404, 'Not found', `There is no AccessAudit ${name}.`)
    }
    if (known && known.file !== null) {
      return refusal(409, 'Conflict', `${name} stands in a file of the operator; change it there.`)
    }
    const path = join(putFolderOf(this.#options.stateDir, source), `${encodeURIComponent(name)}.json`)
    if (request.method === 'DELETE') {
      if (!known) return refusal(404, 'Not found', `There is no AccessAudit ${name}.`)
      await unlink(path)
      await syncFolder(dirname(path))
      resources.refresh()
      return { status: 200, body: {} }
    }
    const text = await textOf(request)
    if (text === null) return refusal(413, 'Too large', `A resource may have ${auditDocumentBytesMax} bytes.`)
    return put(text, name, path, resources, known !== undefined)
  }
}

function list(items: readonly object[], url: URL): Answer {
  const size = Number(url.searchParams.get('size') ?? pageSizeDefault)
  const offset = Number(url.searchParams.get('offset') ?? 0)
  if (!Number.isInteger(size) || size < 1 || size > pageSizeMax || !Number.isInteger(offset) || offset < 0) {
    return refusal(400, 'Invalid page', `size must be from 1 to ${pageSizeMax}, and offset a whole number.`)
  }
  const end = offset + size
  const next = end < items.length ? `${url.pathname}?size=${size}&offset=${end}` : null
  return { status: 200, body: { total: items.length, items: items.slice(offset, end), next } }
}

async function put(
  text: string,
  name: string,
  path: string,
  resources: MeshResources,
  known: boolean,
): Promise<Answer> {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    return refusal(400, 'Not JSON', (error as Error).message)
  }
  const { resource, faults, warnings } = readAccessAudit(document, { name })
  if (resource === null) {
    const invalid = faults.map(({ path: field, message }) => ({ field, reason: message }))
    const causes = faults.map(({ path: field, message }) => ({ field, message }))
    const answer = refusal(400, 'Bad Request', 'Resource is not valid')
    return {
      ...answer,
      body: { ...answer.body, invalid_parameters: invalid, details: 'Resource is not valid', causes },
    }
  }
  await replaceDurably(path, `${JSON.stringify(universalForm(resource))}\n`, 0o600)
  resources.refresh()
  return { status: known ? 200 : 201, body: { warnings: warnings.map(({ message }) => message) } }
}

/** Null: it is too large. */
async function textOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > auditDocumentBytesMax) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
