import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AwsError,
  createBundle,
  createClients,
  createSetup,
  createStackOfSetup,
  completeSetup,
  createCloudFormation,
  defineConfig,
  writeYaml,
} from '@furlong/aws'
import { createAwsCommand, quoteShellWord } from '@furlong/aws/command-line'
import { timeoutLimit } from '@furlong/aws/limits'

const folder = await mkdtemp(join(tmpdir(), 'furlong-use-'))
try {
  const entry = join(folder, 'books.ts')
  await writeFile(entry, `export const handler = async (): Promise<string> => 'hello'\n`)
  const bundle = await createBundle(entry)
  const setup = createSetup({ entry, name: 'books', cwd: folder })
  const template = createCloudFormation(createStackOfSetup(completeSetup(setup, bundle), bundle.codeSha256))
  assert.match(await writeYaml(template, []), /AWS::Lambda::Url/)
  await assert.rejects(createBundle(join(folder, 'nothing.ts')), AwsError)
} finally {
  await rm(folder, { recursive: true, force: true })
}
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const clients = createClients({
  kind: 'local',
  endpoint: 'http://127.0.0.1:9',
  region: 'eu-central-1',
  credentials,
})
assert.equal(typeof (await clients.lambda()).send, 'function')
assert.equal(quoteShellWord('a b'), `'a b'`)
assert.equal(typeof createAwsCommand, 'function')
assert.equal(timeoutLimit.max, 900)

// @ts-expect-error a timeout is a number
export const wrong = (): unknown => defineConfig({ timeout: 'long' })
