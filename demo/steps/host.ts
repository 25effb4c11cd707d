import { createUrl, deploy } from '@furlong/aws'
import { show, type Stage } from '../stage.ts'
import { calleeName, callerName, fileOf } from './names.ts'

/** What the later steps build on. */
export interface Hosted {
  /** `http://127.0.0.1:<port>/` */
  readonly url: string
  readonly functionArn: string
  readonly callerRoleArn: string
}

/** Steps 1 to 3: two functions, one URL, one unsigned request. */
export async function host(stage: Stage): Promise<Hosted> {
  const { walk, owner } = stage
  walk.step(`Host a Hono application as ${calleeName}`)
  walk.sent('deploy demo/functions/books.ts, streamed, without a URL yet')
  const callee = await deploy(owner.target, {
    entry: fileOf('functions/books.ts'),
    name: calleeName,
    stream: true,
    url: false,
  })
  walk.came(`${callee.functionArn}, ${callee.runtime}, ${Math.round(callee.codeSizeBytes / 1024)} KB`)

  walk.step(`Deploy ${callerName}, which will call it`)
  walk.sent('deploy demo/functions/caller.ts')
  const caller = await deploy(owner.target, {
    entry: fileOf('functions/caller.ts'),
    name: callerName,
    url: false,
  })
  walk.came(`${caller.functionArn}, role ${caller.roleArn}`)

  walk.step('Expose it under a function URL with AWS_IAM')
  walk.sent('CreateFunctionUrlConfig, AuthType AWS_IAM, InvokeMode RESPONSE_STREAM')
  const { url } = await createUrl(owner.target, { functionName: calleeName, stream: true })
  walk.came(url)
  walk.sent('GET /book?page=5, unsigned')
  stage.conclude('unsigned GET', 403, await show(await fetch(`${url}book?page=5`)))
  return { url, functionArn: callee.functionArn, callerRoleArn: caller.roleArn }
}
