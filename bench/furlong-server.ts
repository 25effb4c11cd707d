/** A local side with one function behind one URL, for the benchmark: prints where it is and who may call. */
import { createUrl, deploy } from '@furlong/aws'
import { startLocal } from '@furlong/local'

const local = await startLocal({ memory: true })
const [administrator] = local.accounts
if (administrator === undefined) throw new Error('The local side has no account.')
const target = {
  kind: 'local',
  region: local.region,
  endpoint: local.endpoint,
  credentials: administrator,
} as const
await deploy(target, {
  entry: new URL('functions/hello.mjs', import.meta.url).pathname,
  name: 'hello',
  url: false,
})
const { url } = await createUrl(target, { functionName: 'hello' })
const { accessKeyId, secretAccessKey } = administrator
process.stdout.write(`${JSON.stringify({ url, credentials: { accessKeyId, secretAccessKey } })}\n`)
process.on('SIGTERM', () => void local.close().then(() => process.exit(0)))
