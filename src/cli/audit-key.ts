/** `als-sink audit key`: the public half of a key that seals, for who verifies; and a key made where there is none. The secret half is not printed. */
import { Command, Option } from 'commander'
import { openOrMakeKey, readSigningKey } from '../audit/seal/keys.ts'
import type { Action } from './action.ts'
import { exit, type Terminal } from './terminal.ts'

interface KeyFlags {
  readonly create?: boolean
  readonly output: 'text' | 'json'
}

export function keyCommand(action: Action): Command {
  return new Command('key')
    .description('Prints the public half of a key that seals (audit.seal.key, or seal-key.pem in audit.stateDir).')
    .argument('<file>', 'PEM file with an Ed25519 key, which nobody else may read')
    .option('--create', 'make the key when there is none, and write its public half beside it')
    .addOption(new Option('--output <form>', 'form of the answer').choices(['text', 'json']).default('text'))
    .action(action(printKey))
}

async function printKey(terminal: Terminal, file: string, { create = false, output }: KeyFlags): Promise<number> {
  const { signer, created } = create ? openOrMakeKey(file) : { signer: readSigningKey(file), created: false }
  const { keyId, publicKeyPem } = signer
  const answer = { key: keyId, publicKey: publicKeyPem, created }
  terminal.err(`${created ? 'Made key' : 'Key'} ${keyId}.\n`)
  await terminal.out(output === 'json' ? `${JSON.stringify(answer)}\n` : publicKeyPem)
  return exit.done
}
