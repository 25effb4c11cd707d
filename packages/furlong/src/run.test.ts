import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandTable } from './command-table.ts'
import type { Context } from './context.ts'
import { run } from './run.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-run-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function call(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const context: Context = {
    stdin: process.stdin,
    stdout: { write: (text) => (out += text.toString()) },
    stderr: { write: (text) => (err += text.toString()) },
    env: { XDG_RUNTIME_DIR: folder },
    cwd: folder,
    now: () => new Date(),
    program: '',
    onSignal: () => () => {},
    onReaderGone: () => () => {},
  }
  const code = await run(argv, context)
  return { code, out, err }
}

describe('run()', () => {
  it('prints the overview with every command', async () => {
    const { code, out, err } = await call('--help')
    expect(code).toBe(0)
    expect(err).toBe('')
    for (const name of Object.keys(commandTable)) expect(out).toContain(`  ${name} `)
  })

  it('prints the version', async () => {
    expect(await call('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    })
  })

  it.each(Object.keys(commandTable))('prints help with usage and examples for %s', async (name) => {
    const { code, out } = await call(name, '--help')
    expect(code).toBe(0)
    expect(out).toContain(`Usage  furlong ${name}`)
    expect(out).toMatch(/Examples\n {2}# .+\n {2}\S/)
    expect(out).toContain('--format')
    expect((await call('help', name)).out).toBe(out)
  })

  it.each(Object.keys(commandTable))(
    'suggests the option of %s that was meant, and prints no result',
    async (name) => {
      const { code, out, err } = await call(name, '--fromat', 'human')
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toContain('Try: --format\n')
    },
  )

  it('suggests the command that was meant, and exits with 2', async () => {
    const { code, err, out } = await call('dpeloy', 'app.ts')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toBe(
      "furlong: Unknown command [unknown-command]\n  furlong has no command 'dpeloy'.\n  Try: npx furlong deploy\n",
    )
  })

  it('suggests the option that was meant, and exits with 2', async () => {
    const { code, err } = await call('up', '--memroy')
    expect(code).toBe(2)
    expect(err).toContain("'furlong up' has no option --memroy.\n  Try: --memory\n")
  })

  it('refuses a missing and a superfluous argument', async () => {
    expect((await call('deploy')).err).toContain('An argument is missing: furlong deploy <entry>')
    expect((await call('down', 'now')).err).toContain('There are too many arguments (1, of at most 0)')
    expect((await call('grant', 'fn')).err).toContain('--to is missing')
    expect((await call('run')).err).toContain('npx furlong run -- <command> [arguments]')
    expect((await call('run', '--', '')).err).toContain('npx furlong run -- <command> [arguments]')
    expect((await call('url', 'paint', 'fn')).err).toContain(
      'one of create, get, update, delete, list is wanted',
    )
  })

  it('refuses values of the wrong kind, naming value and limits', async () => {
    expect((await call('up', '--port', '99999')).err).toContain(
      '--port 99999: a whole number from 0 to 65535 is wanted.',
    )
    expect((await call('up', '--accounts', '12')).err).toContain("'12' is no account id of 12 digits")
    expect((await call('up', '--url-ports', '5-2')).err).toContain('--url-ports 5-2')
    expect((await call('up', '--memory', '--state', 'x')).err).toContain(
      '--memory and --state exclude each other',
    )
    expect((await call('status', '--format', 'xml')).err).toContain('one of human, json is wanted')
    expect((await call('env', '--shell', 'tcsh')).err).toContain('--shell tcsh')
  })

  it('never falls back to AWS when no local side runs', async () => {
    const { code, err, out } = await call('deploy', 'app.ts')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('No local side is running')
    expect(err).toContain('Try: npx furlong up, or --aws or --profile <name> for AWS')
    expect((await call('deploy', 'app.ts', '--region', 'eu-west-1')).err).toContain(
      'No local side is running',
    )
  })

  it('refuses a local side and AWS at once', async () => {
    const { code, err } = await call('deploy', 'app.ts', '--aws', '--port', '9311')
    expect(code).toBe(2)
    expect(err).toContain('--port names a local side, --aws and --profile name AWS')
  })

  it('prints an error as one JSON document on stdout when JSON is asked for', async () => {
    const { code, out, err } = await call('status', '--format', 'json')
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'no-local-side', title: 'No local side' } })
  })
})
