import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Local, startLocal } from '../../start.ts'
import { type AwsCli, cliObstacle, startAwsCli } from '../../testing/aws-cli.ts'
import { createAdministrator, createZip, deployFunction } from '../../testing/deploy-function.ts'

const arn = 'arn:aws:lambda:us-east-1:111122223333:function:cli'

describe.skipIf(cliObstacle !== '')(`Lambda by the AWS CLI ${cliObstacle}`, { timeout: 120_000 }, () => {
  let local: Local
  let cli: AwsCli
  let folder = ''
  let role = ''

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'furlong-lambda-cli-'))
    for (const [name, text] of [
      ['one', 'export const handler = async () => "one"'],
      ['two', 'export const handler = async () => "two"'],
    ] as const) {
      writeFileSync(join(folder, `${name}.zip`), createZip({ 'index.mjs': text }))
    }
    local = await startLocal({ memory: true })
    const administrator = createAdministrator(local)
    role = (await deployFunction(administrator, 'role', '')).roleArn
    administrator.lambda.destroy()
    administrator.iam.destroy()
    cli = startAwsCli(local.environment())
  })

  afterAll(async () => {
    cli.close()
    await local.close()
    rmSync(folder, { recursive: true })
  })

  /** The words of a command after `aws lambda`; `NAME.zip` and `out` lie in the test's folder. */
  async function run(command: string) {
    const words = command.replace(/(\w+\.zip|\bout\b)/g, (name) => join(folder, name)).split(' ')
    return JSON.parse((await cli.run('lambda', ...words)) || 'null')
  }

  async function invoke(name: string): Promise<unknown> {
    const { ExecutedVersion } = await run(`invoke --function-name ${name} out`)
    return [JSON.parse(readFileSync(join(folder, 'out'), 'utf8')), ExecutedVersion]
  }

  it('makes and updates functions, and waits for them', async () => {
    const named = '--function-name cli'
    const made = await run(
      `create-function ${named} --runtime nodejs24.x --handler index.handler --role ${role} --zip-file fileb://one.zip --publish --ephemeral-storage Size=1024 --logging-config LogFormat=JSON --tracing-config Mode=Active --tags team=a`,
    )
    expect(made).toMatchObject({ Version: '1', State: 'Pending', EphemeralStorage: { Size: 1024 } })
    for (const waiter of ['exists', 'active', 'active-v2', 'updated', 'updated-v2']) {
      await run(`wait function-${waiter} ${named}`)
    }
    await run(`wait published-version-active ${named} --qualifier 1`)
    expect(await run(`update-function-code ${named} --zip-file fileb://two.zip`)).toMatchObject({
      LastUpdateStatus: 'InProgress',
    })
    await run(`wait function-updated-v2 ${named}`)
    expect(
      await run(`update-function-configuration ${named} --description changed --timeout 9`),
    ).toMatchObject({ Description: 'changed', Timeout: 9, LastUpdateStatus: 'InProgress' })
    await run(`wait function-updated ${named}`)
    expect(await run(`get-function ${named}`)).toMatchObject({
      Configuration: {
        State: 'Active',
        LastUpdateStatus: 'Successful',
        LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'INFO' },
      },
      Tags: { team: 'a' },
    })
    const { RevisionId } = await run(`get-function-configuration ${named}`)
    expect(await run(`publish-version ${named} --revision-id ${RevisionId}`)).toMatchObject({
      FunctionArn: `${arn}:2`,
      Description: 'changed',
    })
    const { Versions } = await run(`list-versions-by-function ${named}`)
    expect(Versions.map(({ Version }: { Version: string }) => Version)).toEqual(['$LATEST', '1', '2'])
    const { Functions } = await run('list-functions --function-version ALL --page-size 2')
    expect(Functions.map(({ FunctionArn }: { FunctionArn: string }) => FunctionArn)).toEqual([
      `${arn}:$LATEST`,
      `${arn}:1`,
      `${arn}:2`,
      `${arn.replace(/cli$/, 'role')}:$LATEST`,
    ])
    expect(await run('get-account-settings')).toMatchObject({ AccountUsage: { FunctionCount: 2 } })
  })

  it('names versions by aliases and invokes them', async () => {
    const named = '--function-name cli'
    expect(
      await run(
        `create-alias ${named} --name live --function-version 1 --routing-config AdditionalVersionWeights={2=1}`,
      ),
    ).toMatchObject({ RoutingConfig: { AdditionalVersionWeights: { 2: 1 } } })
    expect(await invoke('cli:1')).toEqual(['one', '1'])
    expect(await invoke('cli:live')).toEqual(['two', '2'])
    await run(`update-alias ${named} --name live --routing-config AdditionalVersionWeights={}`)
    expect(await invoke(`${arn}:live`)).toEqual(['one', '1'])
    expect(await run(`get-alias ${named} --name live`)).toMatchObject({ FunctionVersion: '1' })
    expect(await run(`list-aliases ${named} --function-version 1`)).toMatchObject({
      Aliases: [{ Name: 'live' }],
    })
    await expect(run(`delete-function ${named} --qualifier 1`)).rejects.toThrow(
      'An error occurred (ResourceConflictException) when calling the DeleteFunction operation: Unable to delete version because the following aliases reference it: [live]',
    )
  })

  it('gives an alias a URL and a policy', async () => {
    const named = '--function-name cli --qualifier live'
    expect(await run(`create-function-url-config ${named} --auth-type NONE`)).toMatchObject({
      FunctionArn: `${arn}:live`,
    })
    expect(await run(`update-function-url-config ${named} --cors AllowOrigins=*,MaxAge=60`)).toMatchObject({
      Cors: { AllowOrigins: ['*'], MaxAge: 60 },
    })
    expect(await run(`get-function-url-config ${named}`)).toMatchObject({ InvokeMode: 'BUFFERED' })
    expect(await run('list-function-url-configs --function-name cli')).toMatchObject({
      FunctionUrlConfigs: [{ FunctionArn: `${arn}:live` }],
    })
    await run(
      `add-permission ${named} --statement-id s --principal * --action lambda:InvokeFunctionUrl --function-url-auth-type NONE`,
    )
    const { Policy, RevisionId } = await run(`get-policy ${named}`)
    expect(JSON.parse(Policy)).toMatchObject({ Statement: [{ Resource: `${arn}:live` }] })
    await expect(run(`remove-permission ${named} --statement-id s --revision-id x`)).rejects.toThrow(
      'An error occurred (PreconditionFailedException) when calling the RemovePermission operation: The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
    )
    await run(`remove-permission ${named} --statement-id s --revision-id ${RevisionId}`)
    await run(`delete-function-url-config ${named}`)
  })

  it('tags functions', async () => {
    await run(`tag-resource --resource ${arn} --tags cost=b`)
    await run(`untag-resource --resource ${arn} --tag-keys team`)
    expect(await run(`list-tags --resource ${arn}`)).toEqual({ Tags: { cost: 'b' } })
  })

  it('deletes what it made', async () => {
    await run('delete-alias --function-name cli --name live')
    await run('delete-function --function-name cli --qualifier 1')
    await run('delete-function --function-name cli')
    await expect(run('get-function --function-name cli')).rejects.toThrow(
      `An error occurred (ResourceNotFoundException) when calling the GetFunction operation: Function not found: ${arn}`,
    )
  })
})
