/** Compiles the two programs, of `src/machine` and `src/audit/json`, with AssemblyScript. */
import asc from 'assemblyscript/asc'

/** The text of `src/machine/code.ts`. Throws with what the compiler says. */
export function compileMachine(): Promise<string> {
  return compile('machine', 'The machine')
}

/** The text of `src/audit/json/code.ts`. */
export function compileWalker(): Promise<string> {
  return compile('audit/json', 'The walker')
}

async function compile(room: string, name: string): Promise<string> {
  const baseDir = new URL(`../../src/${room}/assembly/`, import.meta.url).pathname
  let code: Uint8Array = new Uint8Array()
  const { error, stderr } = await asc.main(
    [
      ...['index.ts', '--baseDir', baseDir, '--outFile', 'machine.wasm'],
      ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--enable', 'simd'],
      // The memory comes from outside, whatever its size.
      ...['--importMemory', '--initialMemory', '1', '--maximumMemory', '65536', '--noExportMemory'],
    ],
    { writeFile: (_, contents) => void (code = contents as Uint8Array) },
  )
  if (error) throw new Error(stderr.toString(), { cause: error })
  const lines =
    Buffer.from(code)
      .toString('base64')
      .match(/.{1,116}/g) ?? []
  return [
    '/**',
    ` * ${name} as WebAssembly, in base64: \`assembly/\` compiled by AssemblyScript. Written by \`npm run machine\`; a test holds that it is`,
    ' * what the compiler makes of the sources.',
    ' */',
    'export const code =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')}`,
    '',
  ].join('\n')
}
