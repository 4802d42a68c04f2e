/** The header `authorization`. A token's file is read for each request, for whoever issues tokens also replaces them. */
import { readFile } from 'node:fs/promises'
import type { Fault } from '../../errors.ts'
import { type Credentials, isToken } from './kubeconfig-user.ts'

/** Answers the header's value; null: there is none. Never rejects. */
export type Authorize = () => Promise<string | null>

/** `onTrouble`: the file has no token; the last one that it had is used, which may still be good. */
export function createAuthorization(credentials: Credentials | null, onTrouble: (fault: Fault) => void): Authorize {
  if (credentials === null) return async () => null
  if (credentials.kind === 'basic') {
    const { username, password } = credentials
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    return async () => basic
  }
  const { file } = credentials
  let { token } = credentials
  return async () => {
    if (file !== null) token = (await readToken(file, onTrouble)) ?? token
    return `Bearer ${token}`
  }
}

async function readToken(file: string, onTrouble: (fault: Fault) => void): Promise<string | null> {
  const tell = (said: string) => {
    const message = `${file} ${said}; the last token that was there is used.`
    onTrouble({ code: 'no_token', path: 'tokenFile', message })
    return null
  }
  try {
    const token = (await readFile(file, 'utf8')).trim()
    return isToken(token) ? token : tell('holds no token')
  } catch (cause) {
    return tell(`cannot be read (${(cause as Error).message})`)
  }
}
