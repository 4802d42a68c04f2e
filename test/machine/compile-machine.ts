/** Compiles the machine's code with AssemblyScript. */
import asc from 'assemblyscript/asc'

const folder = new URL('../../src/machine/assembly/', import.meta.url).pathname

/** The text of `src/machine/code.ts`. Throws with what the compiler says. */
export async function compileMachine(): Promise<string> {
  let code: Uint8Array = new Uint8Array()
  const { error, stderr } = await asc.main(
    [
      ...['index.ts', '--baseDir', folder, '--outFile', 'machine.wasm'],
      ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--enable', 'simd'],
      // The kernel's memory comes from outside, whatever its size.
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
    ' * The machine as WebAssembly, in base64: `assembly/` compiled by AssemblyScript. Written by `npm run machine`; a test holds that it is',
    ' * what the compiler makes of the sources.',
    ' */',
    'export const code =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')}`,
    '',
  ].join('\n')
}
