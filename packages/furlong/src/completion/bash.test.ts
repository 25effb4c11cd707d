/** What bash offers for Tab: the real program's script in a real bash. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commonOptions, type Command } from '../command.ts'
import { commandTable } from '../command-table.ts'
import { renderHelp } from '../help.ts'
import { plainPaint } from '../reporter.ts'
import { noTerminal, Place } from '../testing/program.ts'

const commands = await Promise.all(Object.values(commandTable).map((row) => row.load()))
const sorted = (words: Iterable<string>): string[] => [...words].toSorted()

let place: Place
let script = ''

beforeAll(async () => {
  place = await Place.make()
  script = join(place.folder, 'completion.bash')
  const { code, out } = await place.run('completion', 'bash')
  expect(code).toBe(0)
  await writeFile(script, out)
  for (const folder of ['.aws', 'books', 'b side']) await mkdir(join(place.folder, folder))
  await writeFile(join(place.folder, 'book app.ts'), '')
  await writeFile(
    join(place.folder, '.aws/config'),
    '[default]\n[profile prod]\nregion = eu-west-1\n[profile $(touch${IFS}made)] # odd\n[sso-session corp]\n[services local]\n',
  )
  await writeFile(join(place.folder, '.aws/credentials'), '[private]\naws_access_key_id = AKIDEXAMPLE\n')
})

afterAll(() => place.close())

const execute = promisify(execFile)
const asks = `set -u; . "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _furlong; printf '%s\\n' "\${COMPREPLY[@]+"\${COMPREPLY[@]}"}"`

/** @returns what bash would offer for the last word, sorted */
async function complete(...words: string[]): Promise<string[]> {
  const { stdout, stderr } = await execute('bash', ['-c', asks, 'bash', script, 'furlong', ...words], {
    cwd: place.folder,
    env: place.env,
  })
  expect(stderr).toBe('')
  return sorted(stdout.split('\n').filter((line) => line !== ''))
}

/** The options of a command as its help prints them. */
function readHelp(command: Command): string[] {
  const help = renderHelp(command, plainPaint).join('\n')
  return [...help.matchAll(/^ {2}(?: {4}|(-\w), )(--[\w-]+)/gm)].flatMap(([, short, long = '']) =>
    short === undefined ? [long] : [long, short],
  )
}

describe('furlong completion bash', () => {
  it('completes commands, also behind help', async () => {
    const names = Object.keys(commandTable)
    expect(await complete('')).toEqual(sorted([...names, 'help']))
    expect(await complete('de')).toEqual(['deploy', 'destroy', 'dev'])
    expect(await complete('help', '')).toEqual(sorted(names))
    expect(await complete('--ver')).toEqual(['--version'])
    expect(await complete('nothing', '')).toEqual([])
  })

  it.each(commands)('completes every option of $name that its help prints', async (command) => {
    expect(await complete(command.name, '-')).toEqual(sorted(new Set(readHelp(command))))
  })

  it('completes what is one of a few words, which is all that the command takes', async () => {
    const words = commands.flatMap(({ name, options }) =>
      Object.entries({ ...commonOptions, ...options }).flatMap(([option, { takes }]) =>
        typeof takes === 'object' ? [{ name, option, takes }] : [],
      ),
    )
    expect(words.length).toBeGreaterThan(commands.length)
    for (const { name, option, takes } of words.filter(({ name }) =>
      ['fault', 'template', 'up'].includes(name),
    )) {
      expect(await complete(name, `--${option}`, '')).toEqual(sorted(takes))
      const refused = await place.runInside([name, `--${option}`, 'none-of-them'])
      expect(refused).toMatchObject({ code: 2, err: expect.stringContaining(takes.join(', ')) })
    }
  })

  it('completes subcommands, and nothing where a name is typed', async () => {
    expect(await complete('url', '')).toEqual(['create', 'delete', 'get', 'list', 'update'])
    expect(await complete('state', '--port', '9400', 'ex')).toEqual(['export'])
    expect(await complete('completion', '')).toEqual(['bash'])
    expect(await complete('url', 'create', '')).toEqual([])
    expect(await complete('call', 'bo')).toEqual([])
    expect(await complete('call', '-X', 'b')).toEqual([])
  })

  it('reads a value behind = as bash divides it, and as it does not', async () => {
    expect(await complete('env', '--shell', '=')).toContain('fish')
    expect(await complete('env', '--shell', '=', 'd')).toEqual(['dotenv'])
    expect(await complete('env', '--shell=d')).toEqual(['--shell=dotenv'])
    expect(await complete('dev', '--inspect', '=', '9229', 'book')).toEqual(['book app.ts', 'books'])
    expect(await complete('dev', '--inspect', 'book')).toEqual(['book app.ts', 'books'])
  })

  it('knows words that bash divides at other places', async () => {
    const caller = ['arn', ':', 'aws', ':', 'iam', '::', '444455556666', ':', 'role/reader']
    expect(await complete('deploy', '--grant', ...caller, 'book')).toEqual(['book app.ts', 'books'])
    expect(await complete('deploy', '--grant', 'arn', ':', '')).toEqual([])
    expect(await complete('deploy', '-e', 'TITLE', '=', 'b')).toEqual([])
  })

  it('completes files, folders, and the program of run', async () => {
    expect(await complete('deploy', 'book')).toEqual(['book app.ts', 'books'])
    expect(await complete('init', 'b')).toEqual(['b side', 'books'])
    expect(await complete('call', 'books', '-o', 'book')).toEqual(['book app.ts', 'books'])
    expect(await complete('run', '--', 'bas')).toContain('bash')
    expect(await complete('run', '--port', '9400', '--', 'cat', 'book')).toEqual(['book app.ts', 'books'])
  })

  it('completes profiles by their files, and runs nothing that stands there', async () => {
    expect(await complete('status', '--profile', '')).toEqual([])
    const all = ['$(touch${IFS}made)', 'default', 'private', 'prod']
    expect(await complete('call', '--profile', '')).toEqual(all)
    expect(await complete('grant', '--caller-profile', 'pr')).toEqual(['private', 'prod'])
    expect(await complete('call', '--profile', '$(')).toEqual(['$(touch${IFS}made)'])
    expect(existsSync(join(place.folder, 'made'))).toBe(false)
  })

  it('is printed as JSON, too, and for shells that it knows', async () => {
    const { out } = await place.run('completion', 'bash', '--format', 'json')
    expect(JSON.parse(out)).toMatchObject({ shell: 'bash', script: expect.stringContaining('complete -F') })
    expect(await place.run('completion', 'bsh')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Try: npx furlong completion bash\n'),
    })
  })

  it.skipIf(noTerminal !== '')('completes what is typed, as its own example installs it', async () => {
    const example = commands
      .find(({ name }) => name === 'completion')
      ?.examples.map(([line]) => line)
      .find((line) => line.includes('.bashrc'))
    expect((await place.shell((example ?? '').replace('npx furlong', 'furlong')).ended).code).toBe(0)
    const settings = join(place.folder, 'settings')
    // Instead of furlong, something that shows the words it gets.
    await writeFile(settings, `. ~/.bashrc\nfurlong() { printf '<%s>' "$@"; echo; }\nPS1='ready> '\n`)
    const shell = place.startShellInTerminal(settings)
    await shell.until('out', /ready> /)
    for (const [typed, words] of [
      ['pre\t--for\tj\tbooks', '<presign><--format><json><books>'],
      ['env --shell=d\t', '<env><--shell=dotenv>'],
      ['dev book\\ \t', '<dev><book app.ts>'],
      ['init b\\ \t', '<init><b side/>'],
    ] as const) {
      const from = shell.out.length
      shell.type(`furlong ${typed}\n`)
      await shell.until('out', new RegExp(`^${words.replaceAll(/[-./]/g, '\\$&')}`, 'm'), from)
    }
    shell.type('exit\n')
    const { out } = await shell.ended
    expect(stripVTControlCharacters(out)).not.toMatch(/not found|error/i)
  })
})
