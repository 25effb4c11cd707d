// Clients that are commands, or links that a command opens: its first argument names which. Requests come as JSON on
// stdin and answers go as JSON to stdout.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env
const credentials = { accessKeyId, secretAccessKey }
const [service, region, expiresInSeconds] = ['lambda', 'us-east-1', 60]
const folder = await mkdtemp(join(tmpdir(), 'furlong-clients-'))
const [bodyFile, headFile, answerFile] = ['body', 'head', 'answer'].map((name) => join(folder, name))
const furlong = fileURLToPath(new URL('../../../packages/furlong/bin/furlong.js', import.meta.url))

const readAnswer = async () => {
  const head = await readFile(headFile, 'latin1')
  // Behind a tunnel, the proxy's own answer comes first.
  const last = head.trim().split('\r\n\r\n').at(-1)
  return {
    status: Number(/^HTTP\/\S+ (\d+)/.exec(last)?.[1]),
    body: (await readFile(answerFile)).toString('base64'),
    why: /^x-furlong-why: (.*)$/im.exec(last)?.[1],
  }
}

const curl = async ({ method, url, headers, body }, ...more) => {
  const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const data = body === undefined ? [] : ['--data-binary', `@${bodyFile}`]
  await writeFile(bodyFile, body ?? '')
  await execute('curl', [
    '-sSg',
    '-X',
    method,
    '-D',
    headFile,
    '-o',
    answerFile,
    ...named,
    ...data,
    ...more,
    url,
  ])
  return readAnswer()
}

const presigned = (sign) => async (job) => curl({ ...job, url: await sign(job.url), headers: {} })

const clients = {
  curl: (job) =>
    curl(job, '--aws-sigv4', `aws:amz:${region}:${service}`, '--user', `${accessKeyId}:${secretAccessKey}`),
  'aws-invoke': async ({ functionName, payload }) => {
    await writeFile(bodyFile, payload)
    const args = [
      'lambda',
      'invoke',
      '--function-name',
      functionName,
      '--payload',
      `fileb://${bodyFile}`,
      answerFile,
    ]
    const { StatusCode } = JSON.parse((await execute('aws', [...args, '--output', 'json'])).stdout)
    return { status: StatusCode, body: (await readFile(answerFile)).toString('base64') }
  },
  'furlong-call': async ({ method, url, headers, body }) => {
    await writeFile(bodyFile, body ?? '')
    const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
    const data = body === undefined ? [] : ['-d', `@${bodyFile}`]
    // Under `furlong run`, it asks which side is meant by a URL of AWS.
    const side = url.startsWith('https:') ? ['--port', new URL(process.env.FURLONG_ENDPOINT).port] : []
    const args = [furlong, 'call', url, ...side, '-X', method, ...named, ...data, '-i']
    const { stdout } = await execute(process.execPath, args, {
      encoding: 'buffer',
      maxBuffer: 64 * 1024 * 1024,
    }).catch((error) => {
      if (error.stdout?.length > 0) return error
      throw new Error(String(error.stderr))
    })
    const end = /\r?\n\r?\n/.exec(stdout.toString('latin1'))
    const head = stdout.toString('latin1', 0, end.index)
    return {
      status: Number(/^HTTP\/\S+ (\d+)/.exec(head)?.[1]),
      body: stdout.subarray(end.index + end[0].length).toString('base64'),
      why: /^x-furlong-why: (.*)$/im.exec(head)?.[1]?.trim(),
    }
  },
  'link-furlong': presigned(async (url) => {
    const { presign } = await import('@furlong/sigv4')
    return presign(
      { method: 'GET', url, headers: [] },
      { credentials, service, region, now: new Date(), expiresInSeconds },
    ).url
  }),
  'link-botocore': presigned(async (url) => {
    const program = [
      'import sys',
      'from botocore.auth import SigV4QueryAuth',
      'from botocore.awsrequest import AWSRequest',
      'from botocore.credentials import Credentials',
      'request = AWSRequest(method="GET", url=sys.argv[1])',
      'SigV4QueryAuth(Credentials(*sys.argv[2:4]), "lambda", "us-east-1", expires=60).add_auth(request)',
      'print(request.url, end="")',
    ].join('\n')
    return (await execute('python3', ['-c', program, url, accessKeyId, secretAccessKey])).stdout
  }),
  'link-aws4fetch': presigned(async (url) => {
    const { AwsV4Signer } = await import('aws4fetch')
    const expiring = `${url}${url.includes('?') ? '&' : '?'}X-Amz-Expires=${expiresInSeconds}`
    const signer = new AwsV4Signer({ ...credentials, url: expiring, service, region, signQuery: true })
    return (await signer.sign()).url.href
  }),
  'link-aws4': presigned(async (url) => {
    const { default: aws4 } = await import('aws4')
    const { host, origin } = new URL(url)
    const expiring = `${url}${url.includes('?') ? '&' : '?'}X-Amz-Expires=${expiresInSeconds}`
    const path = expiring.slice(origin.length)
    return origin + aws4.sign({ host, path, service, region, signQuery: true }, credentials).path
  }),
}

const answers = []
for (const { id, body, ...job } of await json(process.stdin)) {
  const sent = { ...job, ...(body === undefined ? {} : { body: Buffer.from(body, 'base64') }) }
  try {
    answers.push({ id, ...(await clients[process.argv[2]](sent)) })
  } catch (error) {
    answers.push({
      id,
      threw: String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1),
    })
  }
}
await rm(folder, { recursive: true })
process.stdout.write(JSON.stringify(answers))
