import { commonOptions, targetOptions, type Command, type Option } from './command.ts'
import { commandTable } from './command-table.ts'
import { createTable, wrapText, type Paint } from './reporter.ts'

/**
 * Renders the overview of all commands.
 * @param paint paint for stdout
 * @param columns width of the terminal; undefined elsewhere, where no line is broken
 * @returns the lines
 */
export function renderOverview(paint: Paint, columns?: number): string[] {
  const rows = Object.entries(commandTable)
  const longest = Math.max(...rows.map(([name]) => name.length))
  const groups = [...new Set(rows.map(([, { group }]) => group))]
  return [
    ...wrap('furlong: the whole distance to an IAM-protected AWS Lambda function URL.', columns),
    '',
    `${paint('bold', 'Usage')}  furlong <command> [options]`,
    ...groups.flatMap((group) => [
      '',
      paint('bold', group),
      ...createTable(
        rows
          .filter(([, row]) => row.group === group)
          .map(([name, { summary }]) => [name.padEnd(longest), summary]),
        { indent: 2, ...(columns === undefined ? {} : { width: columns }) },
      ).map((line) => line.replace(/^ {2}\S+/, (name) => `  ${paint('cyan', name.trimStart())}`)),
    ]),
    '',
    ...wrap('Commands work on the running local side; on AWS only with --aws or --profile.', columns),
    ...wrap('furlong <command> --help shows options and examples; furlong --version the version.', columns),
  ]
}

const wrap = (text: string, columns = Number.POSITIVE_INFINITY): string[] => wrapText(text, columns)

/**
 * Renders the help of one command.
 * @param command the command
 * @param paint paint for stdout
 * @param columns width of the terminal; undefined elsewhere, where no line is broken
 * @returns the lines
 */
export function renderHelp(command: Command, paint: Paint, columns?: number): string[] {
  const own = Object.entries(command.options).filter(([name, option]) => targetOptions[name] !== option)
  const always = Object.entries(commonOptions).filter(([name]) => !Object.hasOwn(command.options, name))
  const target = Object.entries(command.options).filter(([name, option]) => targetOptions[name] === option)
  return [
    `furlong ${command.name}: ${command.summary}`,
    '',
    `${paint('bold', 'Usage')}  furlong ${command.usage}`,
    ...(command.description === undefined ? [] : ['', ...renderDescription(command.description, columns)]),
    ...renderOptions('Options', own, { paint, columns }),
    ...renderOptions('Target', target, { paint, columns }),
    ...renderOptions('Always', always, { paint, columns }),
    '',
    paint('bold', 'Examples'),
    ...command.examples.flatMap(([example, says]) => [`  ${paint('dim', `# ${says}`)}`, `  ${example}`]),
  ]
}

/** Lines are written for 120 columns: where there are fewer, they flow. */
function renderDescription(lines: readonly string[], columns: number | undefined): readonly string[] {
  const fits = columns === undefined || lines.every((line) => line.length <= columns)
  return fits ? lines : wrapText(lines.join(' '), columns)
}

/** `[=<port>]` may be left out, and stands next to its option. */
function renderValue({ takes, value = typeof takes === 'object' ? takes.join('|') : '' }: Option): string {
  return value === '' || value.startsWith('[') ? value : ` ${value}`
}

function renderOptions(
  title: string,
  options: readonly (readonly [string, Option])[],
  { paint, columns }: { readonly paint: Paint; readonly columns: number | undefined },
): string[] {
  if (options.length === 0) return []
  const rows = options.map(([name, option]) => [
    `${option.short === undefined ? '    ' : `-${option.short}, `}--${name}${renderValue(option)}`,
    option.says,
  ])
  return [
    '',
    paint('bold', title),
    ...createTable(rows, { indent: 2, ...(columns === undefined ? {} : { width: columns }) }),
  ]
}
