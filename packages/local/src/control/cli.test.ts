import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Local, startLocal } from '../start.ts'
import { handlerZip, lambdaTrust } from '../testing/deploy-function.ts'

const run = promisify(execFile)

/** The first versions that know `--invoked-via-function-url`. */
const oldestMinor: Readonly<Record<string, number>> = { 1: 43, 2: 32 }

/** Says why the CLI cannot be used; empty when it can. */
async function findObstacle(): Promise<string> {
  try {
    const { stdout } = await run('aws', ['--version'])
    const [, major = '', minor = '0'] = /aws-cli\/(\d+)\.(\d+)/.exec(stdout) ?? []
    const isRecent = Number(minor) >= (oldestMinor[major] ?? Infinity)
    return isRecent ? '' : `skipped: ${stdout.trim()} is too old, needs 1.43 or 2.32`
  } catch {
    return 'skipped: there is no AWS CLI on PATH'
  }
}

const obstacle = await findObstacle()

describe.skipIf(obstacle !== '')(`the AWS CLI ${obstacle}`, () => {
  let local: Local
  let folder = ''
  const roleArn = 'arn:aws:iam::111122223333:role/fn'

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'furlong-cli-'))
    writeFileSync(join(folder, 'code.zip'), handlerZip)
    writeFileSync(join(folder, 'trust.json'), lambdaTrust)
    local = await startLocal({ memory: true })
  })

  afterAll(async () => {
    await local.close()
    rmSync(folder, { recursive: true })
  })

  /** The words of a command, then arguments that hold blanks. */
  async function aws(command: string, ...rest: string[]): Promise<string> {
    const { stdout } = await run('aws', [...command.split(' '), ...rest, '--output', 'json'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, AWS_PAGER: '', ...local.environment() },
    })
    return stdout
  }

  // One CLI call costs a second and more: what the SDK tests cover is not repeated.
  it('makes a function and its URL, grants and invokes', { timeout: 120_000 }, async () => {
    await aws('iam create-role --role-name fn --assume-role-policy-document file://trust.json')
    const made = await aws(
      `lambda create-function --function-name cli --runtime nodejs22.x --handler index.handler --role ${roleArn} --zip-file fileb://code.zip`,
    )
    expect(JSON.parse(made)).toMatchObject({ FunctionName: 'cli', State: 'Pending' })
    await aws('lambda wait function-active-v2 --function-name cli')
    const url = await aws('lambda create-function-url-config --function-name cli --auth-type AWS_IAM')
    expect(JSON.parse(url)).toMatchObject({ AuthType: 'AWS_IAM' })
    const granted = await aws(
      `lambda add-permission --function-name cli --statement-id s --principal ${roleArn} --action lambda:InvokeFunction --invoked-via-function-url`,
    )
    expect(JSON.parse(JSON.parse(granted).Statement)).toEqual({
      Sid: 's',
      Effect: 'Allow',
      Principal: { AWS: roleArn },
      Action: 'lambda:InvokeFunction',
      Resource: 'arn:aws:lambda:us-east-1:111122223333:function:cli',
      Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    })
    const invoked = await aws('lambda invoke --function-name cli out.json')
    expect(JSON.parse(invoked)).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' })
    expect(JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8'))).toEqual({ event: {}, name: null })
  })

  it('reads IAM and STS, documents and errors', { timeout: 120_000 }, async () => {
    const document = lambdaTrust.replace('"Service":"lambda.amazonaws.com"', '"AWS":"111122223333"')
    await aws(
      'iam create-role --role-name cli --tags Key=k,Value=v',
      '--description',
      'a <b>',
      '--assume-role-policy-document',
      document,
    )
    const { Role } = JSON.parse(await aws('iam get-role --role-name cli'))
    expect(Role).toMatchObject({
      Description: 'a <b>',
      Tags: [{ Key: 'k', Value: 'v' }],
      AssumeRolePolicyDocument: { Statement: [{ Principal: { AWS: '111122223333' } }] },
    })
    const assumed = await aws(`sts assume-role --role-arn ${Role.Arn} --role-session-name here`)
    expect(JSON.parse(assumed).AssumedRoleUser.Arn).toBe('arn:aws:sts::111122223333:assumed-role/cli/here')
    const simulated = await aws(
      `iam simulate-principal-policy --policy-source-arn ${Role.Arn} --action-names lambda:InvokeFunction`,
    )
    expect(JSON.parse(simulated).EvaluationResults).toMatchObject([{ EvalDecision: 'implicitDeny' }])
    await expect(aws('iam get-user --user-name nobody')).rejects.toThrow(
      'An error occurred (NoSuchEntity) when calling the GetUser operation: The user with name nobody cannot be found.',
    )
  })
})
