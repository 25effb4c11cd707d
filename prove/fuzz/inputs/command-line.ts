/** Words and transcripts into the command line, in this process, with a world that holds nothing. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandTable } from '../../../packages/furlong/src/command-table.ts'
import { commonOptions } from '../../../packages/furlong/src/command.ts'
import { run } from '../../../packages/furlong/src/run.ts'
import { toPrintable } from '../../../packages/furlong/src/printable.ts'
import { renderTranscript } from '../../../packages/furlong/src/render/transcript.ts'
import { examine } from '../../../packages/furlong/src/transcripts/examine.ts'
import { readTranscript } from '../../../packages/furlong/src/transcripts/read-transcript.ts'
import type { Random } from '../../../conform/fuzz/random.ts'
import { broken, type FuzzInput } from '../input.ts'
import { mutate, readCorpus } from '../mutate.ts'

/** What a terminal would take for a command, but for colours: nothing that a user or a server wrote may reach it. */
const hasEscapes = (text: string): boolean =>
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text.replaceAll(/\r\n|\u001b\[[\d;]*m/g, ''))

/** These start something that stays: they are called wrongly alone. */
const staying: ReadonlySet<string> = new Set(['up', 'run', 'dev', 'proxy', 'logs', 'console'])

const words = [
  'books',
  'a:live',
  'http://127.0.0.1:1/x?y=z',
  'https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws/',
  'arn:aws:iam::111122223333:role/reader',
  'arn:aws:lambda:us-east-1:111122223333:function:books',
  '0',
  '-1',
  '65536',
  '1e9',
  '--',
  '-',
  '@/nowhere',
  '@-',
  'create',
  'get',
  'list',
  'json',
  'human',
  '\u001b[31mred\u001b[0m',
  '\u009b2J',
  'a\nb',
  '__proto__',
  'constructor',
  'é☃😀',
  '{"a":1}',
  'Name: value',
  '%{http_code}',
  'x'.repeat(2000),
  '',
] as const

/** Words. */
export const argv: FuzzInput = {
  says: 'words into furlong: an exit code of 0, 1 or 2 and a sentence, never an exception, nothing that moves a terminal',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'furlong-fuzz-'))
    const commands = await Promise.all(
      Object.entries(commandTable).map(async ([name, row]) => ({ name, command: await row.load() })),
    )
    const env = {
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
      PATH: '/nowhere',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret-of-the-shell',
    }
    const check = async (random: Random): Promise<string> => {
      const one = commands[random.below(commands.length)]
      if (one === undefined) throw new TypeError('There are no commands.')
      const { name, command } = one
      const options = Object.entries({ ...command.options, ...commonOptions })
      const given = [name]
      for (let left = random.below(6); left > 0; left -= 1) given.push(...createWords(random, options))
      if (staying.has(name)) given.splice(1, 0, '--no-such-option')
      // Nothing here may look for AWS.
      const typed = given.filter((word) => !/^--(?:aws|profile)/.test(word))
      let said = ''
      const output = { write: (text: string | Uint8Array) => (said += Buffer.from(text).toString()) }
      const code = await run(typed, {
        stdin: { async *[Symbol.asyncIterator]() {} },
        stdout: output,
        stderr: output,
        env,
        cwd: folder,
        now: () => new Date(0),
        program: '/nowhere/furlong',
        onSignal: () => () => {},
        onReaderGone: () => () => {},
      })
      if (![0, 1, 2].includes(code)) broken(`exit code ${code}`, typed)
      if (said.includes('[unexpected]') || said.includes('"unexpected"')) broken(`unexpected: ${said}`, typed)
      if (hasEscapes(said)) broken(`a terminal would obey ${JSON.stringify(said)}`, typed)
      if (said.includes(env.AWS_SECRET_ACCESS_KEY)) broken('tells the secret', typed)
      if (code !== 0 && said.trim() === '') broken('says nothing', typed)
      return `exit code ${code}`
    }
    return { check, close: () => rm(folder, { recursive: true, force: true }) }
  },
}

function createWords(
  random: Random,
  options: readonly (readonly [string, { readonly type: string; readonly short?: string }])[],
): string[] {
  const [option, { type, short }] = options[random.below(options.length)] ?? ['help', { type: 'boolean' }]
  const word = random.pick(words)
  const kinds: readonly [() => string[], ...(() => string[])[]] = [
    () => [word],
    () => (type === 'string' ? [`--${option}`, word] : [`--${option}`]),
    () => [`--${option}=${word}`],
    () => (short === undefined ? [`--${option}`] : [`-${short}`, word]),
    () => [`--${option}x`],
    () => [`-${word}`],
  ]
  return random.pick(kinds)()
}

const tokens = [
  '> ',
  '< ',
  '* ',
  '{"log":{"entries":[',
  '"request":',
  '"headers":[]',
  'HTTP/1.1 403',
  'Authorization: ',
  '\r\n',
  'X-Amz-Signature=',
  '"url":"http://"',
  "The Canonical String for this request should have been\n'",
]
const keys = {
  credentials: [{ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-of-the-shell' }],
  region: 'us-east-1',
}

/** What somebody kept of a refused request. */
export const transcripts: FuzzInput = {
  says: 'output of curl, archives, raw HTTP and messages into furlong explain --from: examined or not understood',
  open: () => {
    const corpus = readCorpus('transcripts')
    return Promise.resolve({
      check: (random, index) => {
        const bytes = mutate(random, index, corpus, tokens)
        const transcript = readTranscript(bytes)
        if (transcript === undefined) return 'not understood'
        const said = toPrintable(renderTranscript(transcript, examine(transcript, keys)).join('\n'))
        if (hasEscapes(said))
          broken(`a terminal would obey ${JSON.stringify(said)}`, bytes.toString('latin1'))
        if (said.includes('secret-of-the-shell')) broken('tells the secret', bytes.toString('latin1'))
        return transcript.form
      },
      growths: [
        {
          name: 'a curl of lines',
          prepare: (bytes) => tryExamine('> GET / HTTP/1.1\r\n' + '> a: b\r\n'.repeat(bytes / 8)),
        },
        {
          name: 'a raw request of lines',
          prepare: (bytes) => tryExamine('GET / HTTP/1.1\r\n' + 'a: b\r\n'.repeat(bytes / 6) + '\r\n'),
        },
        {
          name: 'a message of blanks',
          prepare: (bytes) => tryExamine('{"message":"' + ' '.repeat(bytes) + '"}'),
        },
        {
          name: 'a message of quotes',
          prepare: (bytes) =>
            tryExamine("The Canonical String for this request should have been\n'".repeat(bytes / 56)),
        },
        { name: 'braces', prepare: (bytes) => tryExamine('{'.repeat(bytes)) },
      ],
    })
  },
}

const tryExamine = (text: string) => (): unknown => {
  const transcript = readTranscript(Buffer.from(text, 'latin1'))
  return transcript && examine(transcript, keys)
}
