/**
 * What `docs/audit.md` says is so: its commands are run and its documents read, and what they print is what stands there. Written anew by
 * `npx vitest run test/docs -u`.
 */
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readKubeconfig } from '../../src/audit/export/kubeconfig.ts'
import { loadDocuments } from '../../src/config/load.ts'
import { blocksOf, fileOf, pathOf, readPage, runSection, sectionsOf } from './page.ts'

const page = readPage('docs/audit.md')
const yaml = blocksOf(page).filter(({ language }) => language === 'yaml')
/** The key that seals is another one each time. */
const steady = (text: string) => text.replaceAll(/(?<=with key )[0-9a-f]{32}/g, '2f60c50f41dec1041a42bc230c000986')

test('the page is as the code has it', async () => {
  const sections: string[] = []
  for (const section of sectionsOf(page)) sections.push(steady(await runSection(section, { commands: {} })))
  await expect(sections.join('')).toMatchFileSnapshot(pathOf('docs/audit.md'))
}, 60_000)

test('every document of the page has a name, so that it is read', () => {
  expect(yaml.filter((block) => fileOf(block) === null)).toEqual([])
})

const settings = yaml.filter(({ text }) => text.includes('\naudit:\n')).map(({ text }) => text)

test.each(settings)('%s is accepted', (text) => {
  expect(loadDocuments('sink.yaml', text).flatMap(({ faults }) => faults)).toEqual([])
})

test('its kubeconfigs are understood', () => {
  const kubeconfigs = yaml.filter(({ text }) => (parse(text) as { kind?: string }).kind === 'Config')
  expect(kubeconfigs).toHaveLength(2)
  for (const { text } of kubeconfigs) {
    const { faults } = readKubeconfig(text, '/', () => Buffer.from('x'))
    expect(faults.filter(({ code }) => code !== 'not_pem')).toEqual([])
  }
})

test('its links lead somewhere', () => {
  const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!.toLowerCase().replaceAll(' ', '-'))
  for (const [, target] of page.matchAll(/\]\(#([^)]*)\)/g)) expect(anchors).toContain(target)
  for (const [, file] of page.matchAll(/`((?:src|test)\/[\w/.-]+)`/g))
    expect([file, existsSync(pathOf(file!))]).toEqual([file, true])
})
