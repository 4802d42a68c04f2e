/**
 * TCP items: connections through tcp_proxy to what each listener leads to. The same connections go through the listeners whose
 * logger is `tcp_grpc` and those whose logger is `http_grpc`, as Kuma of old had it.
 */
import type { CaseName } from './config.ts'
import type { Item, SendTcp } from './item.ts'
import { type Difference, hostless } from './predict.ts'

export function tcpItems(caseName: CaseName & `tcp${string}`): Item[] {
  const item = (name: string, send: Omit<SendTcp, 'kind'>, differs: readonly Difference[] = []): Item => ({
    name: `${caseName}/${name}`,
    case: caseName,
    send: { kind: 'tcp', ...send },
    differs,
  })
  const differs = [hostless('without-hosts')]
  const sizes = [0, 1, 10, 1_000, 9_999, 65_536, 200_000]
  return [
    ...sizes.map((size) => item(`echo/${size}`, { to: 'echo', bytes: 'e'.repeat(size), end: 'fin' })),
    ...sizes.slice(1, 5).map((size) => item(`pipe/${size}`, { to: 'pipe', bytes: 'p'.repeat(size), end: 'fin' })),
    item('echo/odd-bytes', { to: 'echo', bytes: '\0\xff"\r\n', end: 'fin' }),
    item('echo/client-resets', { to: 'echo', bytes: 'hello', end: 'reset' }),
    item('pipe/client-resets', { to: 'pipe', bytes: 'hello', end: 'reset' }),
    item('talker/silent', { to: 'talker', bytes: '', end: 'wait' }),
    item('talker/greeted', { to: 'talker', bytes: 'hello', end: 'wait' }),
    item('talker/fin', { to: 'talker', bytes: 'hello', end: 'fin' }),
    item('resetter/once', { to: 'resetter', bytes: 'hello', end: 'wait' }),
    item('resetter/much', { to: 'resetter', bytes: 'h'.repeat(50_000), end: 'wait' }),
    item('refused/once', { to: 'refused', bytes: '', end: 'wait' }),
    item('refused/greeted', { to: 'refused', bytes: 'hello', end: 'wait' }),
    item('refused/by-pipe', { to: 'refused-by-pipe', bytes: 'hello', end: 'wait' }),
    item('refused/thrice', { to: 'refused-thrice', bytes: '', end: 'wait' }),
    item('no-hosts/once', { to: 'no-hosts', bytes: '', end: 'wait' }, differs),
    item('no-hosts/greeted', { to: 'no-hosts', bytes: 'hello', end: 'wait' }, differs),
    item('no-cluster/once', { to: 'no-cluster', bytes: '', end: 'wait' }),
    item('idle/silent', { to: 'idle', bytes: '', end: 'wait' }),
    item('idle/once', { to: 'idle', bytes: 'hello', end: 'wait' }),
    item('longest/once', { to: 'longest', bytes: 'hello', end: 'wait' }),
  ]
}
