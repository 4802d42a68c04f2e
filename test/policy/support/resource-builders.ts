/**
 * Resources in few words, for tests: everything that is not told has the value that a document without it would have. Backends are
 * named by letters: `A` is a File backend with the path `/A`.
 */
import type {
  BackendRef,
  Dataplane,
  GatewayListener,
  Inbound,
  Labels,
  MeshAccessLog,
  MeshExternalService,
  MeshGateway,
  MeshHTTPRoute,
  MeshMultiZoneService,
  MeshService,
  Meta,
  Outbound,
  PolicyBackend,
  PolicyRole,
  RuleMatch,
  Tags,
  TargetKind,
  TargetRef,
  TransparentProxying,
  ZoneListener,
} from '../../../src/policy/resources.ts'

export interface MetaOptions {
  readonly namespace?: string | null
  readonly labels?: Labels
  readonly displayName?: string
  readonly form?: Meta['form']
}

function createMeta(name: string, options: MetaOptions): Meta {
  return {
    name,
    displayName: options.displayName ?? options.labels?.['kuma.io/display-name'] ?? name,
    namespace: options.namespace ?? null,
    mesh: 'default',
    labels: options.labels ?? {},
    createdAtMs: null,
    form: options.form ?? (options.namespace ? 'kubernetes' : 'universal'),
    source: { file: 'test.yaml', index: 0 },
  }
}

export function targetRef(kind: TargetKind, options: Partial<Omit<TargetRef, 'kind'>> = {}): TargetRef {
  return { kind, name: null, namespace: null, labels: {}, sectionName: null, tags: {}, proxyTypes: [], ...options }
}

/** The target `Mesh`, by far the most frequent one. */
export const wholeMesh = targetRef('Mesh')

function fileBackends(letters: string, place: string): readonly PolicyBackend[] {
  return [...letters].map((letter, index) => ({
    type: 'File',
    path: `${place}.default.backends[${index}]`,
    file: { path: `/${letter}`, format: null },
  }))
}

export interface PolicyOptions extends MetaOptions {
  /** What is logged, and where to: `AB` are two backends, the empty text is `[]`. */
  readonly to?: readonly (readonly [TargetRef, string])[]
  /** Every one from the whole mesh. */
  readonly from?: readonly string[]
  readonly rules?: readonly { readonly matches?: readonly RuleMatch[]; readonly backends: string }[]
  readonly role?: PolicyRole
}

export function createPolicy(name: string, top: TargetRef, options: PolicyOptions): MeshAccessLog {
  return {
    kind: 'MeshAccessLog',
    meta: createMeta(name, options),
    role: options.role ?? 'system',
    targetRef: top,
    to: (options.to ?? []).map(([target, letters], index) => ({
      targetRef: target,
      backends: fileBackends(letters, `spec.to[${index}]`),
    })),
    from: (options.from ?? []).map((letters, index) => ({
      targetRef: wholeMesh,
      backends: fileBackends(letters, `spec.from[${index}]`),
    })),
    rules: (options.rules ?? []).map(({ matches = [], backends }, index) => ({
      matches,
      backends: fileBackends(backends, `spec.rules[${index}]`),
    })),
  }
}

export interface DataplaneOptions extends MetaOptions {
  readonly address?: string
  readonly advertisedAddress?: string
  readonly inbounds?: readonly (Partial<Inbound> & { readonly port: number })[]
  readonly outbounds?: readonly Outbound[]
  readonly gateway?: { readonly type: 'BUILTIN' | 'DELEGATED'; readonly tags: Tags }
  readonly zoneListeners?: readonly ZoneListener[]
  readonly transparentProxying?: Partial<TransparentProxying>
}

export function createDataplane(name: string, options: DataplaneOptions): Dataplane {
  const address = options.address ?? '192.168.0.7'
  return {
    kind: 'Dataplane',
    meta: createMeta(name, options),
    networking: {
      address,
      advertisedAddress: options.advertisedAddress ?? null,
      inbounds: (options.inbounds ?? []).map((inbound) => ({
        name: null,
        address,
        servicePort: inbound.port,
        protocol: inbound.tags?.['kuma.io/protocol'] ?? null,
        tags: {},
        state: 'Ready',
        ...inbound,
      })),
      outbounds: options.outbounds ?? [],
      gateway: options.gateway ?? null,
      zoneListeners: options.zoneListeners ?? [],
      transparentProxying: options.transparentProxying
        ? {
            redirectPortInbound: 15006,
            redirectPortOutbound: 15001,
            ipFamilyMode: 'DualStack',
            directAccessServices: [],
            ...options.transparentProxying,
          }
        : null,
    },
  }
}

/** An outbound to whoever has this tag `kuma.io/service`. */
export function legacyOutbound(port: number, service: string): Outbound {
  return { address: '127.0.0.1', port, tags: { 'kuma.io/service': service }, backendRef: null }
}

/** An outbound to a resource, of the Dataplane's own namespace unless told. */
export function realOutbound(
  port: number,
  kind: BackendRef['kind'],
  name: string,
  resourcePort: number,
  namespace: string | null = null,
): Outbound {
  const backendRef = { kind, name, namespace, labels: {}, port: resourcePort }
  return { address: '127.0.0.1', port, tags: {}, backendRef }
}

export interface ServiceOptions extends MetaOptions {
  /** Names by number; the empty name is none. */
  readonly ports: Readonly<Record<number, string>>
  readonly vips?: readonly string[]
  readonly appProtocol?: string
}

export function createService(kind: 'MeshService', name: string, options: ServiceOptions): MeshService
export function createService(kind: 'MeshMultiZoneService', name: string, options: ServiceOptions): MeshMultiZoneService
export function createService(kind: 'MeshExternalService', name: string, options: ServiceOptions): MeshExternalService
export function createService(
  kind: BackendRef['kind'],
  name: string,
  options: ServiceOptions,
): MeshService | MeshMultiZoneService | MeshExternalService
export function createService(
  kind: BackendRef['kind'],
  name: string,
  options: ServiceOptions,
): MeshService | MeshMultiZoneService | MeshExternalService {
  return {
    kind,
    meta: createMeta(name, options),
    ports: Object.entries(options.ports).map(([port, portName]) => ({
      port: Number(port),
      name: portName || null,
      appProtocol: options.appProtocol ?? 'http',
    })),
    vips: options.vips ?? [],
  }
}

export function createRoute(name: string, options: MetaOptions & { readonly ruleCount?: number } = {}): MeshHTTPRoute {
  return { kind: 'MeshHTTPRoute', meta: createMeta(name, options), ruleCount: options.ruleCount ?? 1 }
}

/** It selects the gateway proxies of this service. */
export function createGateway(name: string, service: string, listeners: Readonly<Record<number, Tags>>): MeshGateway {
  return {
    kind: 'MeshGateway',
    meta: createMeta(name, {}),
    selectors: [{ 'kuma.io/service': service }],
    tags: {},
    listeners: Object.entries(listeners).map(
      ([port, tags]): GatewayListener => ({ port: Number(port), protocol: 'HTTP', hostname: null, tags }),
    ),
  }
}
