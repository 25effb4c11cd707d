import { grant } from '@furlong/aws'
import { renderPlan } from 'furlong/render'
import type { Stage } from '../stage.ts'
import type { Hosted } from './host.ts'
import { calleeName, callerName } from './names.ts'

/** Steps 4 to 6: no grant, half a grant, the whole grant. */
export async function grantCaller(stage: Stage, { url, callerRoleArn }: Hosted): Promise<void> {
  const { walk, owner } = stage
  const book = { url: `${url}book?page=5` }

  walk.step('The calling function calls, before any grant')
  walk.sent(`invoke ${callerName} → signed GET /book?page=5`)
  stage.conclude('caller, before any grant', 403, await stage.invokeCaller(callerName, book))

  walk.step('The old recipe: lambda:InvokeFunctionUrl alone')
  walk.sent(`AddPermission lambda:InvokeFunctionUrl to ${callerRoleArn}`)
  const lambda = await owner.clients.lambda()
  await lambda.addPermission({
    FunctionName: calleeName,
    StatementId: 'old-recipe',
    Action: 'lambda:InvokeFunctionUrl',
    Principal: callerRoleArn,
    FunctionUrlAuthType: 'AWS_IAM',
  })
  walk.sent(`invoke ${callerName} → signed GET /book?page=5`)
  const half = stage.conclude('caller, old recipe', 403, await stage.invokeCaller(callerName, book))
  const plan = renderPlan(half?.refusal?.explanation?.fixes ?? [])
  for (const command of [...plan.furlong, ...plan.aws]) walk.says(`fix: ${command}`)

  walk.step('Both permissions')
  walk.sent(`grant ${calleeName} to ${callerName}`)
  const granted = await grant(owner.target, { functionName: calleeName, to: callerName })
  for (const { statementId, action, outcome } of granted.statements) {
    walk.came(`${action}: ${outcome} (${statementId})`)
  }
  walk.sent('GET /book?page=5')
  stage.conclude('caller, both permissions, GET', 200, await stage.invokeCaller(callerName, book))
  walk.sent('POST /login {"user":"Ada"}')
  const login = { url: `${url}login`, method: 'POST', json: { user: 'Ada' } }
  stage.conclude('caller, both permissions, POST', 201, await stage.invokeCaller(callerName, login))
  walk.sent('GET /chapters, streamed')
  const chapters = { url: `${url}chapters` }
  stage.conclude('caller, streamed answer', 200, await stage.invokeCaller(callerName, chapters))
  walk.sent('GET /nothing')
  stage.conclude('caller, no such page', 404, await stage.invokeCaller(callerName, { url: `${url}nothing` }))
}
