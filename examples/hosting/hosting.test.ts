/** The examples of docs/hosting, run as far as a machine without an account can run them. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createEvent } from '@furlong/events'
import { describe, expect, it } from 'vitest'

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

function findMissing(module: string): string | false {
  try {
    execFileSync('python3', ['-c', `import ${module}`], { stdio: 'ignore' })
    return false
  } catch {
    return `python3 with ${module}`
  }
}
const noPython = findMissing('http.server')
const noMangum = findMissing('mangum')

const iam = {
  accessKey: 'ASIAEXAMPLE',
  accountId: '111122223333',
  callerId: 'AROAEXAMPLE:ada',
  cognitoIdentity: null,
  principalOrgId: null,
  userArn: 'arn:aws:sts::111122223333:assumed-role/reader/ada',
  userId: 'AROAEXAMPLE:ada',
}
const domainName = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws'
const event = createEvent({
  method: 'GET',
  target: '/book',
  rawHeaders: ['host', domainName],
  body: new Uint8Array(0),
  sourceIp: '203.0.113.7',
  httpVersion: '1.1',
  urlId: domainName.slice(0, 32),
  domainName,
  requestId: 'd16a6b55-dea9-4b23-8499-eb85c3d2d904',
  traceId: 'Root=1-6a5145aa-290a323a5de9a2e0636377d4',
  now: new Date(0),
  iam,
})

describe('python.md', () => {
  it.skipIf(noMangum)(`answers an event through Mangum${noMangum ? ` (needs ${noMangum})` : ''}`, () => {
    const code =
      'import json, sys; from app import handler; print(json.dumps(handler(json.load(sys.stdin), None)))'
    const options = { cwd: fileOf('.'), input: JSON.stringify(event) }
    const result = JSON.parse(String(execFileSync('python3', ['-B', '-c', code], options))) as {
      body: string
    }
    expect(JSON.parse(result.body)).toEqual({ path: '/book', calledBy: iam.userArn })
  })
})

describe('any-other-language.md', () => {
  it.skipIf(noPython)('serves what the adapter passes on', async () => {
    const child = spawn('./run.sh', { cwd: fileOf('.'), env: { ...process.env, AWS_LWA_PORT: '0' } })
    try {
      const [port] = (await once(child.stdout, 'data')) as [Buffer]
      const headers = { 'x-amzn-request-context': JSON.stringify(event.requestContext) }
      const response = await fetch(`http://127.0.0.1:${String(port).trim()}/book`, { headers })
      expect(await response.json()).toEqual({ path: '/book', calledBy: iam.userArn })
    } finally {
      child.kill()
    }
  })
})

it.each(['deploy-python.sh', 'deploy-web-adapter.sh'])('%s is a script of the shell', (name) => {
  execFileSync('sh', ['-n', fileOf(name)])
})
