/** A listener before anything is decided about it: where it stands, how Kuma calls it, and what traffic it has. */
import type { ListenerDecision } from '../decision.ts'
import type { DestinationPort } from './inventory.ts'

export interface ListenerSketch {
  readonly name: string
  readonly kind: ListenerDecision['kind']
  readonly host: string
  readonly port: number
  readonly direction: ListenerDecision['direction']
  readonly protocol: ListenerDecision['protocol']
  readonly destinationService: string
  readonly traffic: Traffic
}

/** Which elements of policies are about it. */
export type Traffic =
  | { readonly kind: 'inbound' }
  | { readonly kind: 'service'; readonly service: string }
  /** Null: nothing is known of it. */
  | { readonly kind: 'destination'; readonly destination: DestinationPort | null }
  | { readonly kind: 'outside' }
  | { readonly kind: 'gateway' }
  | { readonly kind: 'none' }
