import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { startLocal } from '../start.ts'
import { removeUnusedTrustFiles, writeTrustFiles } from './trust-files.ts'

const [own = '', ofUser = ''] = rootCertificates
const dayMs = 24 * 60 * 60_000

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-trust-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'ca.pem'), `${own}\n`)
  return folder
}

async function age(file: string, days: number): Promise<void> {
  const at = new Date(Date.now() - days * dayMs)
  await utimes(file, at, at)
}

it('clears away files of roots that nobody was given or has read for 30 days, and nothing else', async () => {
  const folder = await makeFolder()
  const certificate = join(folder, 'ca.pem')
  const extra = join(folder, 'roots-of-mine.pem')
  await writeFile(extra, ofUser)
  const { bundle } = await writeTrustFiles(certificate, {})
  await writeTrustFiles(certificate, { NODE_EXTRA_CA_CERTS: extra })
  await writeFile(`${bundle}.00000000-0000-4000-8000-000000000000`, '')
  const all = await readdir(folder)
  expect(all).toHaveLength(5)
  for (const name of all) await age(join(folder, name), 31)
  // Asked for again.
  expect((await writeTrustFiles(certificate, {})).bundle).toBe(bundle)
  await removeUnusedTrustFiles(folder)
  expect(await readdir(folder)).toEqual(['ca.pem', basename(bundle), 'roots-of-mine.pem'].toSorted())
  await age(bundle, 29)
  await removeUnusedTrustFiles(folder)
  expect(await readdir(folder)).toContain(basename(bundle))
})

it('leaves what a client still reads, and what cannot be removed', async () => {
  const folder = await makeFolder()
  const { bundle } = await writeTrustFiles(join(folder, 'ca.pem'), {})
  await utimes(bundle, new Date(), new Date(Date.now() - 31 * dayMs))
  const stuck = join(folder, 'roots-0000000000000000.pem')
  await mkdir(stuck)
  await age(stuck, 31)
  await removeUnusedTrustFiles(folder)
  expect(await readdir(folder)).toEqual(expect.arrayContaining([basename(bundle), basename(stuck)]))
})

it('is done by a side that starts', async () => {
  const stateFolder = join(await makeFolder(), 'state')
  const first = await startLocal({ stateFolder, port: 0 })
  const { SSL_CERT_FILE: file = '' } = (await first.reachEnvironment({})).variables
  await first.close()
  await age(file, 31)
  const second = await startLocal({ stateFolder, port: 0 })
  await second.close()
  expect(await readdir(join(stateFolder, 'ca'))).not.toContain(basename(file))
})
