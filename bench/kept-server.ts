/** A local side over a state folder of many-states.ts: prints where the first function is and who may call it. */
import { getUrl } from '@furlong/aws'
import { startLocal } from '@furlong/local'
import { manyUrlPorts } from './many-states.ts'

const local = await startLocal({
  stateFolder: process.argv[2] ?? '',
  urlPorts: manyUrlPorts,
  movePorts: true,
})
const [administrator] = local.accounts
if (administrator === undefined) throw new Error('The local side has no account.')
const { accessKeyId, secretAccessKey } = administrator
const credentials = { accessKeyId, secretAccessKey }
const { url } = await getUrl(
  { kind: 'local', region: local.region, endpoint: local.endpoint, credentials },
  { functionName: 'hello' },
)
process.stdout.write(`${JSON.stringify({ urls: [url], credentials })}\n`)
process.on('SIGTERM', () => void local.close().then(() => process.exit(0)))
