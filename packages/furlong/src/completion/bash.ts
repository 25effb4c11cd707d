import { readFile } from 'node:fs/promises'
import { commonOptions, type Command, type Option, type Word } from '../command.ts'
import { commandTable, overviewWords } from '../command-table.ts'

/**
 * Writes the script by which bash completes a call of furlong. All it knows is in it: Tab starts no Node.
 * @returns the script, for bash 3.2 and later
 */
export async function renderBashCompletion(): Promise<string> {
  const commands = await Promise.all(Object.values(commandTable).map((row) => row.load()))
  const names = Object.keys(commandTable)
  const asks = [...overviewWords.help, ...overviewWords.version]
  const isOption = (word: string): boolean => word.startsWith('-')
  const tables = [
    renderTable('_furlong_options', [
      [[''], asks.filter(isOption)],
      ...commands.map((command): Row => [[command.name], listOptions(command)]),
    ]),
    renderTable('_furlong_argument', [
      [[''], [...names, ...asks.filter((word) => !isOption(word))]],
      [overviewWords.help.map((word) => `${word} 0`), names],
      ...commands.flatMap(({ name, takes = [] }) =>
        takes.map((word, place): Row => [[`${name} ${place}`], word]),
      ),
    ]),
    renderTable('_furlong_value', commands.flatMap(listValues)),
    renderTable('_furlong_rest', [
      [commands.flatMap(({ name, takesRest }) => (takesRest === true ? [name] : [])), 'program'],
    ]),
  ]
  const mechanism = await readFile(new URL(import.meta.resolve('#templates/completion.bash')), 'utf8')
  return [...tables, mechanism.trimEnd()].join('\n')
}

/** What may stand somewhere, by the words before it; undefined where anything may. */
type Row = readonly [before: readonly string[], takes: Word | 'program' | undefined]

/** A function that finds what may stand somewhere, and fails where nothing is expected. */
function renderTable(name: string, rows: readonly Row[]): string {
  const cases = rows.map(([before, takes]) => {
    return `    ${before.map(quote).join(' | ')}) takes=${quote(renderWord(takes))} ;;`
  })
  return [`${name}() {`, '  case $1 in', ...cases, '    *) return 1 ;;', '  esac', '}', ''].join('\n')
}

function listOptions({ options }: Command): string[] {
  return Object.entries({ ...options, ...commonOptions }).flatMap(nameOption)
}

/** One that may stand alone has its value behind `=`, where the next word is none. */
function listValues({ name: command, options }: Command): Row[] {
  return Object.entries({ ...commonOptions, ...options })
    .filter(([, { type, bare }]) => type === 'string' && bare === undefined)
    .map(([name, option]) => [nameOption([name, option]).map((word) => `${command} ${word}`), option.takes])
}

function nameOption([name, { short }]: readonly [string, Option]): string[] {
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]
}

/** Kinds of things stand in brackets, as no word does. */
function renderWord(word: Row[1]): string {
  if (typeof word === 'string') return `<${word}>`
  return word === undefined ? '' : word.join(' ')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
