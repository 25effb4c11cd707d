/** What docs/calling says of clients that do not sign: a link that is signed already, and a proxy that signs for them. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Place } from '../../packages/furlong/src/testing/program.ts'
import { fileOf, findMissing, type Stage, startStage } from './stage.ts'

const noCurl = findMissing('curl', '--version')
let stage: Stage
let place: Place

beforeAll(async () => {
  stage = await startStage()
  place = await Place.make()
})
afterAll(async () => {
  await place?.close()
  await stage?.close()
})

describe.skipIf(noCurl)(`without a signer${noCurl ? ` (needs ${noCurl})` : ''}`, () => {
  it('calls by a link of furlong presign', async () => {
    const ended = await stage.run('presign.sh', { FURLONG_ENDPOINT: stage.local.endpoint })
    expect(ended.stdout, ended.stderr).toBe('{"page":5} 200')
  })

  it('calls through furlong proxy', async () => {
    const [, , ...words] = (await readFile(fileOf('proxy.sh'), 'utf8')).trim().split(' ')
    // On any free port, not on the one that a reader chooses.
    const started = words.join(' ').replace(' --listen 4000', '').split(' ')
    const env = { FURLONG_ENDPOINT: stage.local.endpoint, XDG_RUNTIME_DIR: stage.folder }
    const proxy = place.start(started, { env })
    const [, port = ''] = await proxy.until('out', /127\.0\.0\.1:(\d+)/)
    const line = (await readFile(fileOf('through-proxy.sh'), 'utf8')).replace('4000', port)
    const { stdout } = await promisify(execFile)('sh', ['-c', line])
    expect(stdout.trim()).toBe('{"page":5} 200')
  })
})
