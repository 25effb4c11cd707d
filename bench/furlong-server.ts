/** A local side with functions, each behind a URL of its own: prints where they are and who may call. */
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
const entry = new URL('functions/hello.mjs', import.meta.url).pathname
const urls: string[] = []
const count = Number(process.argv[2] ?? 1)
while (urls.length < count) {
  const { functionName } = await deploy(target, { entry, name: `hello-${urls.length}`, url: false })
  const { url } = await createUrl(target, { functionName })
  urls.push(url)
}
const { accessKeyId, secretAccessKey } = administrator
process.stdout.write(`${JSON.stringify({ urls, credentials: { accessKeyId, secretAccessKey } })}\n`)
process.on('SIGTERM', () => void local.close().then(() => process.exit(0)))
