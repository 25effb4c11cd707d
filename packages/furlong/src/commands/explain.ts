import type { RequestRecord } from '@furlong/local'
import { readBody, readSource } from '../call-input.ts'
import { targetOptions, type Command, type Invocation, type Outcome } from '../command.ts'
import { CliError } from '../errors.ts'
import { renderTranscript } from '../render/transcript.ts'
import { renderPlan } from '../render/fix.ts'
import { isWorthTelling, renderRecord } from '../render/record.ts'
import { createSideClient, type SideClient } from '../side-client.ts'
import { selectSide } from '../target.ts'
import { examine } from '../transcripts/examine.ts'
import { holdKeys } from '../transcripts/hold-keys.ts'
import { readTranscript } from '../transcripts/read-transcript.ts'

const { port, state, region, aws, profile } = targetOptions

/** `furlong explain` */
export const command: Command = {
  name: 'explain',
  summary: 'why a request was refused',
  usage: 'explain [<id>] | explain --from <file>',
  description: [
    'Shows the way of a request through the local side: each gate, the cause, the statement that came nearest,',
    'and the commands that fix it. Without an id: the latest refusal. The id stands in the header x-furlong-why.',
    'With --from a request that was refused anywhere is examined here, with your keys and without sending them: what',
    'curl -v wrote, a HAR file of a browser, a raw HTTP request, or the error of the AWS CLI or an SDK.',
  ],
  options: {
    from: { type: 'string', value: '<file|->', takes: 'file', says: 'what was kept of a refused request' },
    data: {
      type: 'string',
      short: 'd',
      multiple: true,
      value: '<text|@file>',
      says: 'its body, which curl -v does not show',
    },
    ...(port && { port }),
    ...(state && { state }),
    ...(region && { region }),
    ...(aws && { aws }),
    ...(profile && { profile }),
  },
  positionals: [0, 1],
  examples: [
    ['furlong explain', 'the latest refusal'],
    ['furlong explain k3f9a', 'the request of that id'],
    ['furlong explain --format json', 'the whole record, and the fixes as data'],
    ['curl -v --aws-sigv4 … 2>&1 | furlong explain --from -', 'what was wrong with a request to AWS'],
    ['furlong explain --from page.har --profile work', 'a browser’s, checked with the keys of a profile'],
  ],
  run: async (invocation) => {
    const {
      values,
      positionals: [id],
      context,
      reporter,
    } = invocation
    const from = values.text('from')
    if (from !== undefined) {
      if (id !== undefined) throw values.wrong('An id and --from name two requests: one or the other.')
      return explainTranscript(invocation, from)
    }
    const side = await selectSide(values, context, reporter)
    const client = createSideClient(side)
    const record = id === undefined ? await findLatest(client) : await client.record(id)
    if (record === undefined)
      throw id === undefined ? new CliError('no-refusal') : new CliError('no-such-record', { id })
    const home = { accountId: side.accounts[0]?.accountId ?? '', region: side.region }
    const commands = renderPlan(record.refusal?.explanation?.fixes ?? [], home)
    return { data: { record, commands }, lines: renderRecord(record, reporter.paint, home) }
  },
}

async function explainTranscript(invocation: Invocation, from: string): Promise<Outcome> {
  const { values, context, reporter } = invocation
  const transcript = readTranscript(await readSource(from, context))
  if (transcript === undefined) {
    throw new CliError('not-a-transcript', { from: from === '-' ? 'What came in' : from })
  }
  const body = await readBody(values, context)
  const { request } = transcript
  const whole =
    request === undefined || body === undefined
      ? transcript
      : { ...transcript, request: { ...request, body } }
  const named = values.text('region')
  const credentials = await holdKeys(invocation)
  const found = examine(whole, { credentials, ...(named === undefined ? {} : { region: named }) })
  return { data: { form: transcript.form, ...found }, lines: renderTranscript(whole, found, reporter.paint) }
}

/** A refusal that only the local side can explain comes before the 404 of a look-up. */
async function findLatest(client: SideClient): Promise<RequestRecord | undefined> {
  const refused = await client.records({ refused: true, limit: 200 })
  return refused.find(isWorthTelling) ?? refused[0]
}
