import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createBundle } from '@furlong/aws'
import type { Stage } from '../stage.ts'
import { shorten } from '../walk.ts'
import type { Hosted } from './host.ts'
import { fileOf } from './names.ts'

const run = promisify(execFile)

const callee = 'my-python-function-with-url'
const caller = 'my-python-calling-function'

/** The Lambda runtime whose interpreter the packages were taken from matters only for compiled ones; locally it is python3. */
const runtime = 'python3.13'

const assumedByLambda = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

/** Step 9: the same walk in Python, set up by the AWS CLI's own commands. */
export async function walkInPython(stage: Stage, hosted: Hosted): Promise<void> {
  const { walk } = stage
  walk.step('The same in Python, set up by the AWS CLI')
  const requests = [
    ['Python caller → FastAPI, before any grant', 403],
    ['Python caller → FastAPI, GET', 200],
    ['Python caller → FastAPI, POST', 201],
  ] as const
  const missing = await findMissing()
  if (missing !== undefined) {
    for (const [request, expected] of requests) walk.notRun(request, expected, missing)
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'furlong-demo-'))
  try {
    const callerZip = await pack(folder, 'functions/python-caller', ['requests'])
    if ('missing' in callerZip) {
      for (const [request, expected] of requests) walk.notRun(request, expected, callerZip.missing)
      return
    }
    const aws = createAws(stage)
    await createFunction(stage, aws, caller, callerZip.zip)
    const calleeZip = await pack(folder, 'functions/python-books', ['fastapi', 'mangum'])
    if ('missing' in calleeZip) {
      for (const [request, expected] of requests) walk.notRun(request, expected, calleeZip.missing)
      await callTheHonoApplication(stage, aws, hosted)
      return
    }
    await createFunction(stage, aws, callee, calleeZip.zip)
    const url = await aws(
      `lambda create-function-url-config --function-name ${callee} --auth-type AWS_IAM --query FunctionUrl --output text`,
    )
    walk.came(url)
    const get = { url: `${url}book`, params: { page: '5' } }
    const post = { url: `${url}login`, method: 'POST', json: { user: 'Ada' } }
    walk.sent(`invoke ${caller} → GET /book?page=5, signed by botocore, sent by requests`)
    stage.conclude(...requests[0], await stage.invokeCaller(caller, get))
    await grantByHand(stage, aws, callee)
    walk.sent(`invoke ${caller} → GET /book?page=5`)
    stage.conclude(...requests[1], await stage.invokeCaller(caller, get))
    walk.sent(`invoke ${caller} → POST /login`)
    stage.conclude(...requests[2], await stage.invokeCaller(caller, post))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Without FastAPI and Mangum the Python caller still has the Hono application to call. */
async function callTheHonoApplication(stage: Stage, aws: Aws, { url }: Hosted): Promise<void> {
  const { walk } = stage
  const get = { url: `${url}book`, params: { page: '5' } }
  walk.sent(
    `invoke ${caller} → GET /book?page=5 of the Hono application, signed by botocore, sent by requests`,
  )
  stage.conclude('Python caller → Hono, before any grant', 403, await stage.invokeCaller(caller, get))
  await grantByHand(stage, aws, 'my-function-with-url')
  walk.sent(`invoke ${caller} → GET /book?page=5`)
  stage.conclude('Python caller → Hono, GET', 200, await stage.invokeCaller(caller, get))
}

type Aws = (command: string, ...words: string[]) => Promise<string>

function createAws({ local, walk }: Stage): Aws {
  const env = { ...process.env, ...local.environment(), AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true' }
  return async (command, ...words) => {
    walk.sent(['aws', command, ...words.map((word) => shorten(word, 60))].join(' '))
    const { stdout } = await run('aws', [...command.split(' '), ...words], { env })
    return stdout.trim()
  }
}

async function createFunction({ walk }: Stage, aws: Aws, name: string, zip: string): Promise<void> {
  const roleArn = await aws(
    `iam create-role --role-name ${name}-role --query Role.Arn --output text`,
    '--assume-role-policy-document',
    assumedByLambda,
  )
  walk.came(roleArn)
  const state = await aws(
    `lambda create-function --function-name ${name} --runtime ${runtime} --handler app.handler --timeout 30 --query State --output text`,
    '--role',
    roleArn,
    '--zip-file',
    `fileb://${zip}`,
  )
  walk.came(state)
}

/** What `furlong grant` does, by hand. */
async function grantByHand({ walk }: Stage, aws: Aws, functionName: string): Promise<void> {
  const roleArn = await aws(
    `lambda get-function --function-name ${caller} --query Configuration.Role --output text`,
  )
  walk.came(roleArn)
  await aws(
    `lambda add-permission --function-name ${functionName} --statement-id python-url --action lambda:InvokeFunctionUrl --function-url-auth-type AWS_IAM --principal ${roleArn}`,
  )
  await aws(
    `lambda add-permission --function-name ${functionName} --statement-id python-invoke --action lambda:InvokeFunction --invoked-via-function-url --principal ${roleArn}`,
  )
}

async function findMissing(): Promise<string | undefined> {
  if (!(await works('python3', ['-c', 'import botocore']))) return 'python3 with botocore'
  if (!(await works('aws', ['--version']))) return 'the AWS CLI (aws)'
  const { stdout } = await run('aws', ['lambda', 'add-permission', '--generate-cli-skeleton'])
  return stdout.includes('InvokedViaFunctionUrl')
    ? undefined
    : 'an AWS CLI that knows --invoked-via-function-url'
}

const works = (program: string, argv: readonly string[]): Promise<boolean> =>
  run(program, argv).then(
    () => true,
    () => false,
  )

/** Debian keeps its Python packages with its own interpreter, which need not be the first on the path. */
const interpreters = ['python3', '/usr/bin/python3'] as const

async function pack(
  folder: string,
  source: string,
  packages: readonly string[],
): Promise<{ zip: string } | { missing: string }> {
  const missing: string[] = []
  for (const python of interpreters) {
    const bundle = join(folder, source, python.replaceAll('/', '-'))
    await mkdir(bundle, { recursive: true })
    try {
      await run(python, [fileOf('vendor.py'), bundle, ...packages])
    } catch (error) {
      const { stdout = 'interpreter' } = error as { stdout?: string }
      missing.push(`${stdout.trim() || 'interpreter'} (${python})`)
      continue
    }
    await cp(fileOf(source), bundle, { recursive: true })
    const zip = `${bundle}.zip`
    await writeFile(zip, (await createBundle(bundle)).zip)
    return { zip }
  }
  return { missing: missing.join(', ') }
}
