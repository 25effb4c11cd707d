import { createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parseFunctionArn } from '@furlong/iam'
import { nameFunction } from '../render/name.ts'
import { targetOptions, type Command } from '../command.ts'
import { createTable } from '../reporter.ts'
import { createSideClient } from '../side-client.ts'
import { selectSide } from '../target.ts'

const { port, state } = targetOptions

/** The CA is let pass by its key, which Chromium does in a profile of its own alone: everyday browsing does not trust it. */
function createChromiumFlags(port: number, certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ format: 'der', type: 'spki' })
  const digest = createHash('sha256').update(key).digest('base64')
  return [
    `--host-resolver-rules='MAP *.on.aws 127.0.0.1:${port}'`,
    `--ignore-certificate-errors-spki-list=${digest}`,
    '--user-data-dir=$(mktemp -d)',
  ].join(' ')
}

/** `furlong status` */
export const command: Command = {
  name: 'status',
  summary: 'what runs where',
  usage: 'status [--port <port> | --state <folder>]',
  options: { ...(port && { port }), ...(state && { state }) },
  positionals: [0, 0],
  examples: [
    ['furlong status', 'the local side of this folder'],
    ['furlong status --format json', 'the same for a program'],
  ],
  run: async ({ values, context, reporter }) => {
    const side = await selectSide(values, context, reporter)
    const client = createSideClient(side)
    const status = await client.status()
    const { paint } = reporter
    const facts = createTable([
      ['endpoint', status.endpoint],
      ['state', status.stateFolder ?? 'in memory'],
      ['process', `${status.pid}, since ${status.startedAt}`],
      ['accounts', status.accounts.map(({ accountId }) => accountId).join(', ')],
    ])
    const urls = status.urls.map(({ functionArn, qualifier, url, authType, invokeMode }) => {
      const { region = '', accountId = '' } = parseFunctionArn(functionArn) ?? {}
      const name = nameFunction(qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`)
      return [name, url, authType, invokeMode, region, accountId]
    })
    const listed = urls.length === 0 ? ['No function has a URL.'] : createTable(urls)
    const lines = [...facts, '', paint('bold', 'Function URLs'), ...listed]
    if (urls.length === 0) return { data: status, lines }
    const certificate = await readFile(await client.certificateFile(), 'utf8')
    const ways = createTable([
      ['any client', 'the URL above'],
      ['a browser', `http://<id>.lambda-url.<region>.localhost:${side.port}/`],
      ['code with a URL of AWS in it', 'npx furlong run -- <command>'],
      ['a page with a URL of AWS in it', `chromium ${createChromiumFlags(side.port, certificate)}`],
    ])
    return { data: status, lines: [...lines, '', paint('bold', 'Ways to them'), ...ways] }
  },
}
