/** `npm run demo`: the whole distance on this machine. `npm run demo -- --keep` leaves the local side up. */
import { startLocal } from '@furlong/local'
import { Stage } from './stage.ts'
import { crossAccounts } from './steps/cross-account.ts'
import { grantCaller } from './steps/grant.ts'
import { host } from './steps/host.ts'
import { makeMistakes } from './steps/mistakes.ts'
import { walkInPython } from './steps/python.ts'
import { Walk } from './walk.ts'

const keep = process.argv.includes('--keep')
const walk = new Walk((line) => process.stdout.write(`${line}\n`))

const local = await startLocal({ memory: true, announce: keep })
process.stdout.write(`The local side is up at ${local.endpoint}, its state in memory.\n`)
try {
  const stage = new Stage(local, walk)
  const hosted = await host(stage)
  await grantCaller(stage, hosted)
  await makeMistakes(stage, hosted)
  await crossAccounts(stage, hosted)
  await walkInPython(stage, hosted)
  walk.printTable()
  if (!walk.succeeded) process.exitCode = 1
  if (keep) await untilInterrupted(hosted.url)
} finally {
  await local.close()
}

async function untilInterrupted(url: string): Promise<void> {
  process.stdout.write(
    [
      '',
      `The local side stays up until Ctrl-C. From another terminal:`,
      `  eval "$(npx furlong env --port ${local.port})"      the AWS CLI and SDKs now talk to it`,
      `  npx furlong call '${url}book?page=5' --as my-calling-function --port ${local.port}`,
      `  npx furlong explain --port ${local.port}             why the latest refusal`,
      '',
    ].join('\n'),
  )
  const interrupted = new Promise<void>((done) => {
    process.once('SIGINT', done).once('SIGTERM', done)
  })
  await Promise.race([interrupted, local.closed])
}
